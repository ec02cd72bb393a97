// openid-client against the sandbox, as its documentation has it, with auto-approve on.
//
// Reads LOOP_IDENTITY_URL, LOOP_CLINICAL_URL, LOOP_CLIENT_ID, LOOP_CLIENT_SECRET and LOOP_REDIRECT_URI; prints what it
// got as one JSON object. The signature of the id_token is checked against the JWKS, which the library leaves out when
// not told to.
import * as client from "openid-client";

const { LOOP_IDENTITY_URL, LOOP_CLINICAL_URL, LOOP_CLIENT_ID, LOOP_CLIENT_SECRET, LOOP_REDIRECT_URI } = process.env;

const config = await client.discovery(new URL(LOOP_IDENTITY_URL), LOOP_CLIENT_ID, LOOP_CLIENT_SECRET, undefined, {
  execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
});

const pkceCodeVerifier = client.randomPKCECodeVerifier();
const expectedState = client.randomState();
const expectedNonce = client.randomNonce();
const url = client.buildAuthorizationUrl(config, {
  redirect_uri: LOOP_REDIRECT_URI,
  scope: "openid profile email read:biomarkers",
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: "S256",
  state: expectedState,
  nonce: expectedNonce,
});
const approved = await fetch(url, { redirect: "manual" });
const tokens = await client.authorizationCodeGrant(config, new URL(approved.headers.get("location")), {
  pkceCodeVerifier,
  expectedState,
  expectedNonce,
});

const biomarkers = (token) =>
  client.fetchProtectedResource(config, token, new URL(`${LOOP_CLINICAL_URL}/v1/biomarkers/me`), "GET");
const { results } = await (await biomarkers(tokens.access_token)).json();
const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
const introspected = await client.tokenIntrospection(config, refreshed.access_token);
await client.tokenRevocation(config, refreshed.refresh_token);
const after = await biomarkers(refreshed.access_token).then(
  (response) => response.status,
  (error) => error.cause?.[0]?.parameters?.error ?? String(error),
);

process.stdout.write(
  JSON.stringify({
    claims: tokens.claims(),
    results: results.length,
    rotated: refreshed.refresh_token !== tokens.refresh_token,
    active: introspected.active,
    after,
  }),
);
