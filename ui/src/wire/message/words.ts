/** What parameters of OAuth and statuses mean, in a few words, for the place where they stand. */

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
  code_challenge_method:
    'With `S256` the challenge is a hash of the verifier; with `plain` it would be the verifier itself.',
  code_verifier: 'What the challenge was made from: shows that the same app began the flow (RFC 7636 §4.5).',
  grant_type: 'What the app offers in exchange for tokens.',
  refresh_token: 'Proof of an earlier consent. It is replaced each time it is used.',
  token: 'The token that is asked about, or revoked.',
  token_type_hint: 'What kind of token it is, if the caller knows.',
  prompt: 'Whether the person must sign in, agree, or must not be asked.',
  login_hint: 'Which person the app expects.',
  max_age: 'How many seconds ago the person may have signed in at most.',
  audience: 'For which service the machine token is.',
  csrf: 'A secret of the page: shows that the form comes from the platform’s own page, in the browser that began.',
  decision: 'What the person pressed: to allow it, or not.',
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
