// The partner app of the Node.js / Express quickstart, word for word but for what is listed here.
//
// Changed:
// - the base URLs of identity and clinical come from LOOP_IDENTITY_URL and LOOP_CLINICAL_URL;
// - the port comes from PORT, and is 3000 without it.
//
// Added, each under a line of its own that says so:
// - the callback keeps the tokens, in memory and for one user;
// - the quickstart's own refreshTokens stands in the file, and POST /refresh calls it;
// - GET /biomarkers makes the API call of the callback again;
// - POST /disconnect calls revoke, which every app must offer before it goes live.
import crypto from "node:crypto";
import express from "express";

const app = express();

const AUTHORIZE_URL = `${process.env.LOOP_IDENTITY_URL}/v1/oauth/authorize`;
const TOKEN_URL = `${process.env.LOOP_IDENTITY_URL}/v1/oauth/token`;
const { LOOP_CLIENT_ID, LOOP_CLIENT_SECRET, LOOP_REDIRECT_URI } = process.env;

const sessions = new Map();

app.get("/login", (_req, res) => {
  const verifier = crypto.randomBytes(32).toString("base64url");
  const challenge = crypto.createHash("sha256").update(verifier).digest("base64url");
  const state = crypto.randomBytes(16).toString("hex");
  sessions.set(state, { verifier });
  const params = new URLSearchParams({
    response_type: "code",
    client_id: LOOP_CLIENT_ID,
    redirect_uri: LOOP_REDIRECT_URI,
    scope: "openid profile read:biomarkers",
    state,
    code_challenge: challenge,
    code_challenge_method: "S256",
  });
  res.redirect(`${AUTHORIZE_URL}?${params}`);
});

app.get("/callback", async (req, res) => {
  const { code, state, error } = req.query;
  if (error) return res.status(400).send(`Authorization failed: ${error}`);
  if (!state || !sessions.has(state)) return res.status(400).send("Invalid state — possible CSRF");
  const { verifier } = sessions.get(state);
  sessions.delete(state);
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    code,
    redirect_uri: LOOP_REDIRECT_URI,
    client_id: LOOP_CLIENT_ID,
    client_secret: LOOP_CLIENT_SECRET,
    code_verifier: verifier,
  });
  const tokenRes = await fetch(TOKEN_URL, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body,
  });
  if (!tokenRes.ok) {
    const err = await tokenRes.json();
    return res.status(502).json({ error: "Token exchange failed", detail: err });
  }
  const tokens = await tokenRes.json();
  // Added: keep them.
  Object.assign(kept, tokens);
  // Make an authenticated API call
  const biomarkers = await fetch(
    `${process.env.LOOP_CLINICAL_URL}/v1/biomarkers/me`,
    { headers: { Authorization: `Bearer ${tokens.access_token}` } },
  );
  res.json({
    message: "Connected to Loop!",
    scopes: tokens.scope,
    biomarkers: biomarkers.ok ? await biomarkers.json() : null,
  });
});

async function refreshTokens(refreshToken) {
  const body = new URLSearchParams({
    grant_type: "refresh_token",
    refresh_token: refreshToken,
    client_id: LOOP_CLIENT_ID,
    client_secret: LOOP_CLIENT_SECRET,
  });
  const res = await fetch(TOKEN_URL, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body,
  });
  const tokens = await res.json();
  // IMPORTANT: always store the new refresh_token — the old one is invalidated
  return tokens;
}

// Added: everything below but the last line.
const kept = {};

app.post("/refresh", async (_req, res) => {
  const old = kept.refresh_token;
  Object.assign(kept, await refreshTokens(old));
  res.json({ scopes: kept.scope, rotated: kept.refresh_token !== old });
});

app.get("/biomarkers", async (_req, res) => {
  const biomarkers = await fetch(
    `${process.env.LOOP_CLINICAL_URL}/v1/biomarkers/me`,
    { headers: { Authorization: `Bearer ${kept.access_token}` } },
  );
  res.status(biomarkers.status).json(await biomarkers.json());
});

app.post("/disconnect", async (_req, res) => {
  const revoked = await fetch(`${process.env.LOOP_IDENTITY_URL}/v1/oauth/revoke`, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      token: kept.refresh_token,
      client_id: LOOP_CLIENT_ID,
      client_secret: LOOP_CLIENT_SECRET,
    }),
  });
  if (!revoked.ok) return res.status(502).json({ error: "Revoke failed" });
  res.json({ message: "Disconnected from Loop." });
});

app.listen(process.env.PORT ?? 3000, () => process.stdout.write(`Listening on http://localhost:${process.env.PORT ?? 3000}\n`));
