// Runs what loop.ts asks of Loop, compiled to JavaScript, against a sandbox that approves by itself.
import crypto from "node:crypto";

import { AUTHORIZE_URL, CLIENT_ID, REDIRECT_URI, SCOPES, data, disconnect, exchange, refresh } from "./out/loop.js";

// What expo-auth-session does on a phone.
const verifier = crypto.randomBytes(32).toString("base64url");
const url = new URL(AUTHORIZE_URL);
url.search = new URLSearchParams({
  response_type: "code",
  client_id: CLIENT_ID,
  redirect_uri: REDIRECT_URI,
  scope: SCOPES.join(" "),
  state: "a state",
  nonce: "a nonce",
  code_challenge: crypto.createHash("sha256").update(verifier).digest("base64url"),
  code_challenge_method: "S256",
});
const answer = await fetch(url, { redirect: "manual" });
const code = new URL(answer.headers.get("location")).searchParams.get("code");

const first = await exchange(code, verifier);
const second = await refresh(first);
const never = () => Promise.reject(new Error("this token needs no refreshing"));
const { results } = await data(second, never);

// A token that Loop no longer takes is refreshed once, and what is new is kept.
let kept = second;
const stale = { ...second, access_token: "stale" };
await data(stale, async (tokens) => void (kept = tokens));
await disconnect(kept);
const after = await refresh(kept).then(
  () => "still works",
  (error) => error.message.split(":")[0],
);

console.log(
  JSON.stringify({
    results: results.length,
    rotated: first.refresh_token !== second.refresh_token,
    refreshed_by_itself: kept !== second,
    after,
  }),
);
