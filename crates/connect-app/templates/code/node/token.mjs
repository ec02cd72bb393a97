// <$ w.name $> on Node.js: a machine's token, which speaks for no person. Secrets and addresses come from .env.
const CLIENT_ID = setting("LOOP_CLIENT_ID");
const CLIENT_SECRET = setting("LOOP_CLIENT_SECRET");

const token = await post(setting("LOOP_TOKEN_URL"), {
  grant_type: "client_credentials",
  scope: "<$ w.scopes_line() $>",
});
// Never log the token itself. There is no refresh token: ask anew a little before it expires.
console.log(`A ${token.token_type} token for ${token.scope}, good for ${token.expires_in} s`);

const known = await post(`${setting("LOOP_ISSUER")}/v1/oauth/introspect`, { token: token.access_token });
console.log(JSON.stringify(known));

async function post(url, form) {
  const body = new URLSearchParams({ ...form, client_id: CLIENT_ID, client_secret: CLIENT_SECRET });
  const response = await fetch(url, { method: "POST", body });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${answer.error}: ${answer.error_description}`);
  return answer;
}

function setting(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set. Is .env here, and was it given with --env-file?`);
  return value;
}
