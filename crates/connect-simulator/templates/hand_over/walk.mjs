// <$ p.name $>: a walk through Connect with Loop, with Node.js 20.6 or newer and nothing else.
// Every request is as it was sent then. Addresses and secrets come from .env<% if p.prepared_by.is_empty() %>, which comes with this file: put the client secret into it if it has a line for one.
<%- else %>, which is made by:
<%- for command in p.prepared_by.iter() %>
//   <$ command $>
<%- endfor %>
<%- endif %>
// It is run by:
//   <$ run $>
import crypto from "node:crypto";
<%- if p.listens() %>
import http from "node:http";
<%- else if p.asks() %>
import readline from "node:readline/promises";
<%- endif %>
<% for it in p.settings.iter() %>
const <$ d.var(it) $> = setting("<$ it.environment() $>");
<%- endfor %>
<%- if p.listens() %>

const listener = http.createServer();
const redirectUri = await listen(setting("LOOP_REDIRECT_URI"));
<%- else if p.uses("redirect_uri") %>
const redirectUri = setting("LOOP_REDIRECT_URI");
<%- endif %>
<%- if p.uses("credentials") %>
// Client id and secret are encoded as in a form before they are joined (RFC 6749, 2.3.1).
const credentials = btoa([CLIENT_ID, CLIENT_SECRET].map((it) => new URLSearchParams([["", it]]).toString().slice(1)).join(":"));
<%- endif %>
<%- for part in p.parts.iter() %>
<%- match part %>
<%- when Part::Step(title) %>

// <$ title $>
<%- when Part::Comment(text) %>
// <$ text $>
<%- when Part::Make %>
<%- if p.uses("verifier") %>
// The verifier stays here; the challenge is its SHA-256 (RFC 7636).
const verifier = random();
<%- if p.uses("challenge") %>
const challenge = crypto.createHash("sha256").update(verifier).digest("base64url");
<%- endif %>
<%- endif %>
<%- if p.uses("state") %>
const state = random();
<%- endif %>
<%- if p.uses("nonce") %>
const nonce = random();
<%- endif %>
<%- when Part::Ask(query) %>
const answer = await ask([
<%- for (name, value) in query.iter() %>
  [<$ d.quoted(name) $>, <$ d.text(value) $>],
<%- endfor %>
]);
<%- when Part::Take(take) %>
<%- for (name, value) in take.changes.iter() %>
<%- match value %>
<%- when Some(value) %>
answer.set(<$ d.quoted(name) $>, <$ d.quoted(value) $>);
<%- when None %>
answer.delete(<$ d.quoted(name) $>);
<%- endmatch %>
<%- endfor %>
<%- for look in take.looks.iter() %>
<%- match look %>
<%- when Look::State { .. } %>
<$ look.by() $>("the state", answer.get("state"), state);
<%- when Look::Issuer { .. } %>
<$ look.by() $>("the issuer", answer.get("iss"), ISSUER);
<%- when Look::Error { expected, .. } %>
<$ look.by() $>("the error", answer.get("error"), <% match expected %><% when Some(error) %><$ d.quoted(error) $><% when None %>null<% endmatch %>);
<%- when Look::NoCode %>
refuse("the code", answer.has("code"), true);
<%- endmatch %>
<%- endfor %>
<%- if take.code && p.uses("code") %>
const code = answer.get("code");
<%- endif %>
<%- when Part::Send(send) %>
// Answered then: <$ send.answered $>
<% if !send.takes.is_empty() %>const { <% for (name, var) in send.takes.iter() %><% if !loop.first %>, <% endif %><$ JavaScript::taken(name, var) $><% endfor %> } = <% endif %>await send(<$ d.quoted(send.title) $>, <% match send.status %><% when Some(status) %><$ status $><% when None %>null<% endmatch %>, <$ d.quoted(send.method) $>, <$ d.text(send.url) $><% if send.is_bare() %>);<% else %>, {
<%- if !send.query.is_empty() %>
  query: [
<%- for (name, value) in send.query.iter() %>
    [<$ d.quoted(name) $>, <$ d.text(value) $>],
<%- endfor %>
  ],
<%- endif %>
<%- if !send.headers.is_empty() %>
  headers: [
<%- for (name, value) in send.headers.iter() %>
    [<$ d.quoted(name) $>, <$ d.text(value) $>],
<%- endfor %>
  ],
<%- endif %>
<%- match send.body %>
<%- when Body::Form(fields) %>
  form: [
<%- for (name, value) in fields.iter() %>
    [<$ d.quoted(name) $>, <$ d.text(value) $>],
<%- endfor %>
  ],
<%- when Body::Text(text) %>
  body: <$ d.text(text) $>,
<%- when Body::None %>
<%- endmatch %>
<%- if send.shows %>
  show: true,
<%- endif %>
});<% endif %>
<%- when Part::Verify(verify) %>
<%- if verify.reads_header() && verify.reads_claims() %>
const [header, claims] = <$ d.var(verify.token) $>.split(".", 2).map((it) => JSON.parse(Buffer.from(it, "base64url")));
<%- else if verify.reads_header() %>
const [header] = <$ d.var(verify.token) $>.split(".", 1).map((it) => JSON.parse(Buffer.from(it, "base64url")));
<%- else if verify.reads_claims() %>
const [, claims] = <$ d.var(verify.token) $>.split(".", 2).map((it) => JSON.parse(Buffer.from(it, "base64url")));
<%- endif %>
<%- for claim in verify.claims.iter() %>
<%- match claim %>
<%- when Claimed::Algorithm { shown, allowed } %>
header.alg = <$ d.quoted(shown) $>;
refuse("the algorithm", [<% for it in allowed.iter() %><% if !loop.first %>, <% endif %><$ d.quoted(it) $><% endfor %>].includes(header.alg), true);
<%- when Claimed::Key %>
check("the key", keys.some((it) => it.kid === header.kid), true);
<%- when Claimed::OtherKey(kid) %>
refuse("the key", keys.some((it) => it.kid === <$ d.quoted(kid) $>), true);
<%- when Claimed::Signature %>
check("the signature", isSigned(<$ d.var(verify.token) $>, keys), true);
<%- when Claimed::OtherSubject(subject) %>
refuse("the signature", isSigned(about(<$ d.quoted(subject) $>, <$ d.var(verify.token) $>), keys), true);
<%- when Claimed::Audience %>
check("the audience", claims.aud, CLIENT_ID);
<%- when Claimed::OtherAudience(other) %>
refuse("the audience", claims.aud, <$ d.quoted(other) $>);
<%- when Claimed::Nonce %>
check("the nonce", claims.nonce, nonce);
<%- when Claimed::OtherNonce(other) %>
refuse("the nonce", claims.nonce, <$ d.quoted(other) $>);
<%- when Claimed::TooLate(seconds) %>
// The app looks at it <$ seconds $> seconds later.
refuse("the time", claims.exp > Date.now() / 1000 + <$ seconds $>, true);
<%- endmatch %>
<%- endfor %>
<%- endmatch %>
<%- endfor %>

/** Sends a request and says what came. Another answer than the walk had is an error. */
async function send(title, expected, method, url, { query = [], headers = [], form, body, show } = {}) {
  const target = new URL(url);
  for (const [name, value] of query) target.searchParams.append(name, value);
  const response = await fetch(target, {
    method,
    headers,
    body: form ? new URLSearchParams(form) : body,
    redirect: "manual",
  });
  const text = await response.text();
  let answer = {};
  try {
    answer = JSON.parse(text);
  } catch {
    // A page, or nothing.
  }
  console.log(`${title}: ${[response.status, answer.error].filter(Boolean).join(" ")}`);
  if (show) console.log(text);
  if (expected) check(title, response.status, expected);
  return answer;
}
<%- if p.asks() %>

/** Sends the person to Loop; what the redirect URI is called with. */
async function ask(parameters) {
  const question = new URL(AUTHORIZE_URL);
  question.search = new URLSearchParams(parameters);
  console.log(`Open this in a browser:\n${question}`);
<%- if p.listens() %>
  const { pathname } = new URL(redirectUri);
  const target = await new Promise((resolve) => {
    listener.on("request", (request, response) => {
      const it = request.url.split("?")[0] === pathname;
      response.writeHead(it ? 200 : 404, { "Content-Type": "text/plain", Connection: "close" });
      response.end(it ? "Back to the program: this page can be closed." : "Nothing here.", () => it && resolve(request.url));
    });
  });
  listener.close();
  return new URL(target, redirectUri).searchParams;
<%- else %>
  const input = readline.createInterface({ input: process.stdin, output: process.stdout });
  const address = await input.question("Then paste the address that it ends at:\n");
  input.close();
  return new URL(address.trim()).searchParams;
<%- endif %>
}
<%- endif %>
<%- if p.listens() %>

/** Waits where the redirect URI leads. */
async function listen(uri) {
  const url = new URL(uri);
  const host = url.hostname.replace(/[[\]]/g, "");
<%- if p.any_port() %>
  // Loop takes any port of this machine for a native app: the one that is free is put into the redirect URI.
  await new Promise((resolve, reject) => listener.once("error", reject).listen(0, host, resolve));
  return uri.replace(url.host, `${url.hostname}:${listener.address().port}`);
<%- else %>
  await new Promise((resolve, reject) => listener.once("error", reject).listen(url.port || 80, host, resolve));
  return uri;
<%- endif %>
}
<%- endif %>

function check(what, received, expected) {
  if (received !== expected) throw new Error(`${what} was ${expected} in the walk, and is ${received}`);
}
<%- if p.refuses(true) %>

/** What the app refused in the walk must not be right here either. */
function refuse(what, received, expected) {
  if (received === expected) throw new Error(`${what} was refused in the walk, and is right now`);
  console.log(`Refused, as in the walk: ${what}`);
}
<%- endif %>
<%- if p.reads_signatures() %>

/** Whether the signature is that of the published key that the header names (RFC 7515, 5.2); the key decides how it is made. */
function isSigned(token, published) {
  const [coded, payload, signature] = token.split(".");
  const { alg, kid } = JSON.parse(Buffer.from(coded, "base64url"));
  const jwk = published.find((it) => it.kid === kid && (it.alg ?? alg) === alg);
  if (!jwk) return false;
  const key = crypto.createPublicKey({ key: jwk, format: "jwk" });
  const hash = key.asymmetricKeyType === "ed25519" ? null : "sha256";
  const signed = Buffer.from(`${coded}.${payload}`);
  return crypto.verify(hash, signed, { key, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
}
<%- endif %>
<%- if p.alters() %>

/** The token as somebody altered it on the way: about another person, with the signature as it was. */
function about(sub, token) {
  const [header, payload, signature] = token.split(".");
  const claims = { ...JSON.parse(Buffer.from(payload, "base64url")), sub };
  return [header, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".");
}
<%- endif %>
<%- if p.uses("verifier") || p.uses("state") || p.uses("nonce") %>

function random() {
  return crypto.randomBytes(32).toString("base64url");
}
<%- endif %>

function setting(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set. Has .env a value for it, and was it given with --env-file?`);
  return value;
}
