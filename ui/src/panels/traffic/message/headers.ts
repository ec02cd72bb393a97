/** What headers, statuses and parameters mean, in a sentence each, for the place where they stand. */

const HEADERS: Record<string, string> = {
  accept: 'What the client can read. Authorize answers JSON instead of a page when this asks for it.',
  'accept-encoding': 'Compressions that the client takes.',
  'accept-language': 'Languages that the person reads.',
  'access-control-allow-credentials': 'Whether a browser may send cookies along from another origin.',
  'access-control-allow-headers': 'Headers that a page of another origin may send.',
  'access-control-allow-methods': 'Methods that a page of another origin may use.',
  'access-control-allow-origin': 'The origin whose pages may read this answer: one that the app lists as allowed.',
  'access-control-expose-headers': 'Headers that a page of another origin may read.',
  'access-control-max-age': 'Seconds for which the browser need not ask again.',
  'access-control-request-headers': 'A browser asks beforehand: may the page send these headers?',
  'access-control-request-method': 'A browser asks beforehand: may the page use this method?',
  allow: 'Methods that this address takes.',
  authorization: 'Who asks: `Bearer` with an access token, or `Basic` with the app’s id and secret.',
  'cache-control':
    '`no-store`: nothing on the way may keep a copy. Required of answers that hold tokens (RFC 6749 §5.1).',
  connection: 'Whether the connection stays open after this message.',
  'content-encoding': 'How the body is compressed.',
  'content-language': 'The language of the body.',
  'content-length': 'Bytes of the body, as it was sent.',
  'content-security-policy': 'What the page may load, and from where.',
  'content-type': 'What the body is. The token endpoint takes `application/x-www-form-urlencoded` (RFC 6749 §3.2).',
  cookie: 'Cookies of this host. The sandbox keeps its sign-in in one whose name includes the workspace.',
  date: 'When the answer was made, on this computer’s clock.',
  etag: 'A name for this version of the answer.',
  expect: 'The client waits for a go-ahead before it sends the body.',
  expires: 'After this moment a kept copy is out of date.',
  forwarded: 'Who asked a proxy before this.',
  host: 'The name and port the client addressed. Each listener takes an exact list of them.',
  'idempotency-key': 'A retry with the same key gets the first answer again instead of a second effect.',
  'if-none-match': 'The client has this version already.',
  'keep-alive': 'How long an idle connection stays open.',
  'last-modified': 'When what is answered last changed.',
  link: 'Other addresses that belong to this answer, such as the next page.',
  location: 'Where the browser goes next.',
  origin: 'The page’s own origin, as the browser states it.',
  pragma: 'An older way to say `no-store`.',
  referer: 'The page that led here.',
  'referrer-policy': 'How much of this address other pages are told.',
  'retry-after': 'Seconds to wait before asking again.',
  'sec-fetch-dest': 'The browser says what it will use the answer for.',
  'sec-fetch-mode': 'The browser says how it asks: by navigation, or from a script.',
  'sec-fetch-site': 'The browser says whether the page that asks is of the same site.',
  'sec-fetch-user': 'The browser says that a person pressed something.',
  server: 'The program that answered.',
  'set-cookie':
    'A cookie for the browser to keep. `SameSite=Lax` keeps it out of requests that other sites’ pages make.',
  'strict-transport-security': 'Only https from now on.',
  te: 'Transfer codings that the client takes.',
  'transfer-encoding': 'The body came in pieces whose length was not known before.',
  upgrade: 'The client would rather speak another protocol.',
  'upgrade-insecure-requests': 'The browser prefers https.',
  'user-agent': 'The program that asked.',
  vary: 'Request headers that this answer depends on.',
  via: 'Proxies on the way.',
  'www-authenticate': 'What kind of proof is wanted, and why what was sent did not do (RFC 6750 §3).',
  'x-brand-id': 'The brand the caller works in; it must be the token’s own.',
  'x-content-type-options': '`nosniff`: the browser must not guess another type.',
  'x-forwarded-for': 'Who asked a proxy before this.',
  'x-frame-options': 'Whether other pages may show this one in a frame.',
  'x-loop-signature': 'HMAC of the webhook’s body with the app’s signing secret, in hexadecimal.',
  'x-request-id': 'The caller’s own name for this request.',
};

/** A sentence about a header; undefined for one that nobody explains. */
export function explainHeader(name: string): string | undefined {
  return HEADERS[name.toLowerCase()];
}

const PARAMETERS: Record<string, string> = {
  response_type: '`code`: the only flow there is (RFC 6749 §4.1.1).',
  client_id: 'Which app asks.',
  client_secret: 'Proof that it is the app. Documented in the form’s body.',
  redirect_uri: 'Where the answer goes: exactly one of those registered.',
  scope: 'What the app asks for, separated by blanks.',
  state: 'A random value of the app’s own; it comes back unchanged, and the app compares it.',
  nonce: 'A random value that comes back inside the id_token.',
  code: 'The authorization code: once, within 60 seconds.',
  code_challenge: 'BASE64URL(SHA256(verifier)), made before the flow began (RFC 7636 §4.2).',
  code_challenge_method: '`S256`: the challenge is a hash of the verifier.',
  code_verifier: 'What the challenge was made from: shows that the same app began the flow (RFC 7636 §4.5).',
  grant_type: 'What the app offers in exchange for tokens.',
  refresh_token: 'Proof of an earlier consent. It is replaced each time it is used.',
  token: 'The token that is asked about, or revoked.',
  token_type_hint: 'What kind of token it is, if the caller knows.',
  prompt: 'Whether the person must sign in, agree, or must not be asked.',
  login_hint: 'Which person the app expects.',
  max_age: 'How many seconds ago the person may have signed in at most.',
  audience: 'For which service the machine token is.',
  error: 'Why there is no code (RFC 6749 §4.1.2.1).',
  error_description: 'The same in words.',
  error_uri: 'A page about this error.',
  iss: 'Who answers: the app compares it with the issuer it asked (RFC 9207).',
  access_token: 'Opens the APIs until it expires.',
  token_type: '`Bearer`: whoever holds the token may use it.',
  expires_in: 'Seconds until the access token expires.',
  id_token: 'Who signed in, signed by the issuer. Only with the scope `openid`.',
};

/** A sentence about a parameter of OAuth or OpenID Connect. */
export function explainParameter(name: string): string | undefined {
  return PARAMETERS[name];
}

const STATUSES: Record<number, string> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  301: 'Moved',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  422: 'Unprocessable',
  429: 'Too Many Requests',
  431: 'Headers Too Large',
  500: 'Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Unavailable',
  504: 'Gateway Timeout',
};

/** The word of a status (RFC 9110 §15); of its class where it has none here. */
export function statusWord(status: number): string {
  return (
    STATUSES[status] ??
    ['', 'Informational', 'Success', 'Redirect', 'Client Error', 'Server Error'][Math.floor(status / 100)] ??
    ''
  );
}

export function statusTone(status: number | null): 'good' | 'note' | 'warn' | 'bad' | 'quiet' {
  if (status === null) return 'quiet';
  if (status < 300) return 'good';
  if (status < 400) return 'note';
  return status < 500 ? 'warn' : 'bad';
}
