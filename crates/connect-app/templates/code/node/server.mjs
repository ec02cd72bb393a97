// <$ w.name $> on Node.js with Express: connects a person with Loop, calls an API, refreshes, disconnects.
// Addresses and secrets come from .env, so the same file runs against the sandbox and in production.
import crypto from "node:crypto";
import express from "express";

const CLIENT_ID = setting("LOOP_CLIENT_ID");
<%- if w.confidential %>
const CLIENT_SECRET = setting("LOOP_CLIENT_SECRET");
<%- endif %>
const REDIRECT_URI = setting("LOOP_REDIRECT_URI");
const AUTHORIZE_URL = setting("LOOP_AUTHORIZE_URL");
const TOKEN_URL = setting("LOOP_TOKEN_URL");
const REVOKE_URL = setting("LOOP_REVOKE_URL");
const API_URL = `${setting("<$ w.sample.variable $>")}<$ w.sample.path $>`;

// Ask only for what you use: the person reads each of these on the consent page.
<%- if !w.more.is_empty() %>
// The app may also ask for: <$ w.more_line() $>.
<%- endif %>
const SCOPES = [
<%- for scope in w.scopes.iter() %>
  "<$ scope $>",
<%- endfor %>
];

const app = express();
const callback = new URL(REDIRECT_URI);
<%- if w.any_port() %>
// Loop takes any port of this machine for a native app: the one that is free is put into the redirect URI.
let redirectUri = REDIRECT_URI;
<%- else %>
const redirectUri = REDIRECT_URI;
<%- endif %>

// One entry for each browser. In production: a database, the tokens encrypted.
const people = new Map();

function person(req, res) {
  let id = /(?:^|; )sid=([^;]+)/.exec(req.headers.cookie ?? "")?.[1];
  if (!people.has(id)) {
    id = random();
    people.set(id, {});
    res.cookie("sid", id, { httpOnly: true, sameSite: "lax", secure: callback.protocol === "https:" });
  }
  return people.get(id);
}

app.get("/", (req, res) => {
  if (!person(req, res).tokens) return res.send('<a href="/login">Connect with Loop</a>');
  res.send(
    '<p>Connected to Loop</p><p><a href="/data">Show my data</a></p>' +
      '<form method="post" action="/refresh"><button>Refresh</button></form>' +
      '<form method="post" action="/disconnect"><button>Disconnect</button></form>',
  );
});

// 1. Send the person to Loop, with a challenge whose verifier only this server knows.
app.get("/login", (req, res) => {
  const flow = { state: random(), verifier: random(), nonce: random() };
  person(req, res).flow = flow;
  const url = new URL(AUTHORIZE_URL);
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: CLIENT_ID,
    redirect_uri: redirectUri,
    scope: SCOPES.join(" "),
    state: flow.state,
<%- if w.openid() %>
    nonce: flow.nonce,
<%- endif %>
    code_challenge: crypto.createHash("sha256").update(flow.verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  res.redirect(url.href);
});

// 2. They come back with a code, or with an error. The state says that it is the same browser.
app.get(callback.pathname, async (req, res) => {
  const visitor = person(req, res);
  const { flow } = visitor;
  delete visitor.flow;
  const { code, state, error, error_description: why } = req.query;
  if (!flow || state !== flow.state) return say(res, 400, "This answer belongs to no question of ours.");
  if (error) return say(res, 400, `Loop says ${error}: ${why ?? ""}`);

  // 3. Exchange the code, which works once and for a minute.
  visitor.tokens = await tokenRequest({
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri,
    code_verifier: flow.verifier,
  });
<%- if w.openid() %>
  // The id_token came from Loop itself, so its signature need not be checked here (OpenID Connect Core, 3.1.3.7).
  const claims = JSON.parse(Buffer.from(visitor.tokens.id_token.split(".")[1], "base64url"));
  if (claims.nonce !== flow.nonce) return say(res, 400, "The id_token is not for this request.");
<%- endif %>

  // 4. Call an API with the access token.
  const data = await callApi(visitor);
  res.json({ message: "Connected to Loop!", scopes: visitor.tokens.scope, data: await data.json() });
});

app.get("/data", async (req, res) => {
  const visitor = person(req, res);
  if (!visitor.tokens) return say(res, 409, "Not connected to Loop.");
  const data = await callApi(visitor);
  res.status(data.status).json(await data.json());
});

app.post("/refresh", async (req, res) => {
  const visitor = person(req, res);
  if (!visitor.tokens) return say(res, 409, "Not connected to Loop.");
  await refresh(visitor);
  res.json({ message: "Refreshed.", scopes: visitor.tokens.scope });
});

// Whoever can connect must be able to disconnect.
app.post("/disconnect", async (req, res) => {
  const visitor = person(req, res);
  if (!visitor.tokens) return say(res, 409, "Not connected to Loop.");
  const revoked = await post(REVOKE_URL, { token: visitor.tokens.refresh_token });
  if (!revoked.ok) return say(res, 502, "Loop did not revoke the token.");
  delete visitor.tokens;
  res.json({ message: "Disconnected from Loop." });
});

/** An expired token is refreshed once; what is refused after that is refused. */
async function callApi(visitor) {
  const call = () => fetch(API_URL, { headers: { Authorization: `Bearer ${visitor.tokens.access_token}` } });
  const first = await call();
  if (first.status !== 401) return first;
  await refresh(visitor);
  return call();
}

/** Keep the new refresh token: the old one is dead, and using it again revokes everything. */
async function refresh(visitor) {
  visitor.tokens = await tokenRequest({
    grant_type: "refresh_token",
    refresh_token: visitor.tokens.refresh_token,
  });
}

async function tokenRequest(form) {
  const response = await post(TOKEN_URL, form);
  const body = await response.json();
  if (!response.ok) throw new Error(`${body.error}: ${body.error_description}`);
  return body;
}

function post(url, form) {
  const body = new URLSearchParams({
    ...form,
    client_id: CLIENT_ID,
<%- if w.confidential %>
    client_secret: CLIENT_SECRET,
<%- endif %>
  });
  return fetch(url, { method: "POST", body });
}

/** As text: nothing that came with a request becomes a page. */
function say(res, status, text) {
  res.status(status).type("text").send(text);
}

function random() {
  return crypto.randomBytes(32).toString("base64url");
}

function setting(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set. Is .env here, and was it given with --env-file?`);
  return value;
}

app.use((error, _req, res, _next) => say(res, 502, `Loop refused: ${error.message}`));

const host = callback.hostname.replace(/[[\]]/g, "");
<%- if w.any_port() %>
const server = app.listen(0, host, () => {
  const { port } = server.address();
  redirectUri = REDIRECT_URI.replace(callback.host, `${callback.hostname}:${port}`);
  console.log(`Open http://${callback.hostname}:${port}/`);
});
<%- else if w.https() %>
// Behind whatever answers https for the redirect URI.
app.listen(process.env.PORT ?? 3000, () => console.log(`Open ${callback.origin}/`));
<%- else %>
app.listen(callback.port || 80, host, () => console.log(`Open ${callback.origin}/`));
<%- endif %>
