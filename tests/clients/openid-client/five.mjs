// The line of openid-client before the newest, with auto-approve on. It expects RS256 unless it is told otherwise, and
// says so where the id_token is signed with something else.
//
// Reads and prints what client.mjs does; an argument is the algorithm that the library is told to expect.
import { Issuer, generators } from "openid-client-5";

const { LOOP_IDENTITY_URL, LOOP_CLIENT_ID, LOOP_CLIENT_SECRET, LOOP_REDIRECT_URI } = process.env;

const issuer = await Issuer.discover(LOOP_IDENTITY_URL);
const client = new issuer.Client({
  client_id: LOOP_CLIENT_ID,
  client_secret: LOOP_CLIENT_SECRET,
  redirect_uris: [LOOP_REDIRECT_URI],
  response_types: ["code"],
  ...(process.argv[2] && { id_token_signed_response_alg: process.argv[2] }),
});

const code_verifier = generators.codeVerifier();
const state = generators.state();
const nonce = generators.nonce();
const url = client.authorizationUrl({
  scope: "openid profile email read:biomarkers",
  code_challenge: generators.codeChallenge(code_verifier),
  code_challenge_method: "S256",
  state,
  nonce,
});
const approved = await fetch(url, { redirect: "manual" });
const parameters = client.callbackParams(approved.headers.get("location"));
try {
  const tokens = await client.callback(LOOP_REDIRECT_URI, parameters, { code_verifier, state, nonce });
  const refreshed = await client.refresh(tokens.refresh_token);
  const { active } = await client.introspect(refreshed.access_token);
  await client.revoke(refreshed.refresh_token);
  const rotated = refreshed.refresh_token !== tokens.refresh_token;
  process.stdout.write(JSON.stringify({ claims: tokens.claims(), rotated, active }));
} catch (error) {
  process.stdout.write(JSON.stringify({ error: error.message }));
}
