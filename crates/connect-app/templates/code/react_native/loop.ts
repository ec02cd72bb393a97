// <$ w.name $> in React Native: what is asked of Loop. A public app has no secret; PKCE protects the code.

export const CLIENT_ID = "<$ client_id() $>";
export const REDIRECT_URI = "<$ redirect_uri() $>";
// Ask only for what you use: the person reads each of these on the consent page.
<%- if !w.more.is_empty() %>
// The app may also ask for: <$ w.more_line() $>.
<%- endif %>
export const SCOPES = [
<%- for scope in w.scopes.iter() %>
  "<$ scope $>",
<%- endfor %>
];

// Where the phone finds Loop. On a phone 127.0.0.1 is the phone itself: see the notes.
const IDENTITY = "<$ identity() $>";
const API_URL = "<$ api_url() $>";
export const AUTHORIZE_URL = `${IDENTITY}/v1/oauth/authorize`;

/** What to keep, in the keystore of the phone. */
export type Tokens = {
  access_token: string;
  refresh_token: string;
  scope: string;
  expires_in: number;
  id_token?: string;
};

/** Exchanges the code, which works once and for a minute. */
export function exchange(code: string, verifier: string): Promise<Tokens> {
  return tokenRequest({
    grant_type: "authorization_code",
    code,
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
  });
}

/** Keep the new refresh token: the old one is dead, and using it again revokes everything. */
export function refresh(tokens: Tokens): Promise<Tokens> {
  return tokenRequest({ grant_type: "refresh_token", refresh_token: tokens.refresh_token });
}

/** Whoever can connect must be able to disconnect. */
export async function disconnect(tokens: Tokens): Promise<void> {
  const answer = await post(`${IDENTITY}/v1/oauth/revoke`, { token: tokens.refresh_token });
  if (!answer.ok) throw new Error("Loop did not revoke the token.");
}

/** Calls an API. An expired token is refreshed once, and `keep` is given the new tokens. */
export async function data(tokens: Tokens, keep: (tokens: Tokens) => Promise<void>): Promise<unknown> {
  const call = (token: string) => fetch(API_URL, { headers: { Authorization: `Bearer ${token}` } });
  let answer = await call(tokens.access_token);
  if (answer.status === 401) {
    const fresh = await refresh(tokens);
    await keep(fresh);
    answer = await call(fresh.access_token);
  }
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${body.error}: ${body.error_description}`);
  return body;
}

async function tokenRequest(form: Record<string, string>): Promise<Tokens> {
  const answer = await post(`${IDENTITY}/v1/oauth/token`, form);
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${body.error}: ${body.error_description}`);
  return body as Tokens;
}

/** React Native's own URLSearchParams is not complete, so the form is written by hand. */
function post(url: string, form: Record<string, string>): Promise<Response> {
  const pairs = Object.entries({ ...form, client_id: CLIENT_ID });
  return fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&"),
  });
}
