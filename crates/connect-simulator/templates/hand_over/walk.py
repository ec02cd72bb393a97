# <$ p.name $>: a walk through Connect with Loop, with Python 3.10 or newer and nothing else.
# Every request is as it was sent then. Addresses and secrets come from .env beside this file<% if p.prepared_by.is_empty() %>, which comes with it: put the client secret into it if it has a line for one.
<%- else %>, which is made by:
<%- for command in p.prepared_by.iter() %>
#   <$ command $>
<%- endfor %>
<%- endif %>
<% if p.uses("challenge") || p.uses("credentials") || p.reads_parts() %>import base64
<% endif -%>
<% if p.uses("challenge") %>import hashlib
<% endif -%>
import json
import os
import re
<%- if p.uses("verifier") || p.uses("state") || p.uses("nonce") %>
import secrets
<%- endif %>
<%- if p.listens() %>
import socket
<%- endif %>
import sys
<%- if p.counts_time() %>
import time
<%- endif %>
<%- if p.listens() %>
from http.server import BaseHTTPRequestHandler, HTTPServer
<%- endif %>
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener


def unquoted(value):
    """As it is, in single quotes, or in double quotes with a backslash before what has a meaning there."""
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1]
    if len(value) > 1 and value[0] == value[-1] == '"':
        return re.sub(r'\\(["\\$`])', r"\1", value[1:-1])
    return value


def settings():
    """The environment, and before it what .env has."""
    found = {}
    path = Path(__file__).with_name(".env")
    for line in path.read_text("utf-8").splitlines() if path.exists() else []:
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found[name.strip()] = unquoted(value.strip())
    return {**os.environ, **found}


SETTINGS = settings()


def setting(name):
    return SETTINGS.get(name) or sys.exit(f"{name} is not set: has .env a value for it?")


<%- for it in p.settings.iter() %>
<$ d.var(it) $> = setting("<$ it.environment() $>")
<%- endfor %>
<%- if p.listens() || p.uses("redirect_uri") %>
redirect_uri = setting("LOOP_REDIRECT_URI")
<%- endif %>


class NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


OPENER = build_opener(NoRedirect)


def check(what, received, expected):
    if received != expected:
        raise SystemExit(f"{what} was {expected} in the walk, and is {received}")


<% if p.reads_parts() %>def part(token, number):
    """A part of a JWT."""
    coded = token.split(".")[number]
    return json.loads(base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)))


<% endif -%>
<% if p.refuses(false) %>def refuse(what, received, expected):
    """What the app refused in the walk must not be right here either."""
    if received == expected:
        raise SystemExit(f"{what} was refused in the walk, and is right now")
    print(f"Refused, as in the walk: {what}", flush=True)


<% endif -%>
def send(title, expected, method, url, query=(), headers=(), form=None, body=None, show=False):
    """Sends a request and says what came. Another answer than the walk had is an error."""
    if query:
        url += "?" + urlencode(query)
    data = urlencode(form) if form is not None else body
    request = Request(url, None if data is None else data.encode("utf-8"), dict(headers), method=method)
    try:
        response = OPENER.open(request, timeout=30)
    except HTTPError as refusal:
        response = refusal
    with response:
        text = response.read().decode("utf-8", "replace")
    try:
        answer = json.loads(text)
    except ValueError:
        answer = {}
    print(f"{title}: {response.status} {answer.get('error', '')}".rstrip(), flush=True)
    if show:
        print(text, flush=True)
    if expected:
        check(title, response.status, expected)
    return answer
<%- if p.asks() %>


def ask(parameters):
    """Sends the person to Loop; what the redirect URI is called with."""
    print(f"Open this in a browser:\n{AUTHORIZE_URL}?{urlencode(parameters)}", flush=True)
<%- if p.listens() %>
    while LISTENER.answer is None:
        LISTENER.handle_request()
    LISTENER.server_close()
    return dict(parse_qsl(urlsplit(LISTENER.answer).query))
<%- else %>
    address = input("Then paste the address that it ends at:\n")
    return dict(parse_qsl(urlsplit(address.strip()).query))
<%- endif %>
<%- endif %>
<%- if p.listens() %>


class Callback(BaseHTTPRequestHandler):
    """Waits where the redirect URI leads."""

    def do_GET(self):
        it = self.path.split("?")[0] == (urlsplit(redirect_uri).path or "/")
        text = b"Back to the program: this page can be closed." if it else b"Nothing here."
        self.send_response(200 if it else 404)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
        if it:
            self.server.answer = self.path

    def log_message(self, *_):
        pass


WANTED = urlsplit(redirect_uri)


class Listener(HTTPServer):
    """At the host of the redirect URI, which may be an address in brackets."""

    address_family = socket.AF_INET6 if ":" in WANTED.hostname else socket.AF_INET


<%- if p.any_port() %>
# Loop takes any port of this machine for a native app: the one that is free is put into the redirect URI.
LISTENER = Listener((WANTED.hostname, 0), Callback)
host = WANTED.netloc.removesuffix(f":{WANTED.port}")
redirect_uri = redirect_uri.replace(WANTED.netloc, f"{host}:{LISTENER.server_port}", 1)
<%- else %>
LISTENER = Listener((WANTED.hostname, WANTED.port or 80), Callback)
<%- endif %>
LISTENER.answer = None
<%- endif %>
<%- if p.uses("credentials") %>
# Client id and secret are encoded as in a form before they are joined (RFC 6749, 2.3.1).
credentials = base64.b64encode(f"{quote_plus(CLIENT_ID)}:{quote_plus(CLIENT_SECRET)}".encode()).decode()
<%- endif %>
<%- for part in p.parts.iter() %>
<%- match part %>
<%- when Part::Step(title) %>

# <$ title $>
<%- when Part::Comment(text) %>
# <$ text $>
<%- when Part::Make %>
<%- if p.uses("verifier") %>
# The verifier stays here; the challenge is its SHA-256 (RFC 7636).
verifier = secrets.token_urlsafe(32)
<%- if p.uses("challenge") %>
challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
<%- endif %>
<%- endif %>
<%- if p.uses("state") %>
state = secrets.token_urlsafe(32)
<%- endif %>
<%- if p.uses("nonce") %>
nonce = secrets.token_urlsafe(32)
<%- endif %>
<%- when Part::Ask(query) %>
answer = ask([
<%- for (name, value) in query.iter() %>
    (<$ d.quoted(name) $>, <$ d.text(value) $>),
<%- endfor %>
])
<%- when Part::Take(take) %>
<%- for (name, value) in take.changes.iter() %>
<%- match value %>
<%- when Some(value) %>
answer[<$ d.quoted(name) $>] = <$ d.quoted(value) $>
<%- when None %>
answer.pop(<$ d.quoted(name) $>, None)
<%- endmatch %>
<%- endfor %>
<%- for look in take.looks.iter() %>
<%- match look %>
<%- when Look::State { .. } %>
<$ look.by() $>("the state", answer.get("state"), state)
<%- when Look::Issuer { .. } %>
<$ look.by() $>("the issuer", answer.get("iss"), ISSUER)
<%- when Look::Error { expected, .. } %>
<$ look.by() $>("the error", answer.get("error"), <% match expected %><% when Some(error) %><$ d.quoted(error) $><% when None %>None<% endmatch %>)
<%- when Look::NoCode %>
refuse("the code", "code" in answer, True)
<%- endmatch %>
<%- endfor %>
<%- if take.code && p.uses("code") %>
code = answer["code"]
<%- endif %>
<%- when Part::Send(send) %>
# Answered then: <$ send.answered $>
answer = send(
    <$ d.quoted(send.title) $>, <% match send.status %><% when Some(status) %><$ status $><% when None %>None<% endmatch %>, <$ d.quoted(send.method) $>, <$ d.text(send.url) $>,
<%- if !send.query.is_empty() %>
    query=[
<%- for (name, value) in send.query.iter() %>
        (<$ d.quoted(name) $>, <$ d.text(value) $>),
<%- endfor %>
    ],
<%- endif %>
<%- if !send.headers.is_empty() %>
    headers=[
<%- for (name, value) in send.headers.iter() %>
        (<$ d.quoted(name) $>, <$ d.text(value) $>),
<%- endfor %>
    ],
<%- endif %>
<%- match send.body %>
<%- when Body::Form(fields) %>
    form=[
<%- for (name, value) in fields.iter() %>
        (<$ d.quoted(name) $>, <$ d.text(value) $>),
<%- endfor %>
    ],
<%- when Body::Text(text) %>
    body=<$ d.text(text) $>,
<%- when Body::None %>
<%- endmatch %>
<%- if send.shows %>
    show=True,
<%- endif %>
)
<%- for (name, var) in send.takes.iter() %>
<$ d.var(var) $> = answer["<$ name $>"]
<%- endfor %>
<%- when Part::Verify(verify) %>
<% if verify.reads_header() %>header = part(<$ d.var(verify.token) $>, 0)
<% endif -%>
<% if verify.reads_claims() %>claims = part(<$ d.var(verify.token) $>, 1)
<% endif -%>
<%- for claim in verify.claims.iter() %>
<%- match claim %>
<%- when Claimed::Algorithm { shown, allowed } %>
header["alg"] = <$ d.quoted(shown) $>
refuse("the algorithm", header["alg"] in [<% for it in allowed.iter() %><% if !loop.first %>, <% endif %><$ d.quoted(it) $><% endfor %>], True)
<%- when Claimed::Key %>
check("the key", any(it["kid"] == header["kid"] for it in keys), True)
<%- when Claimed::OtherKey(kid) %>
refuse("the key", any(it["kid"] == <$ d.quoted(kid) $> for it in keys), True)
<%- when Claimed::Signature %>
# The signature is not verified, for which a library is needed: the token came from Loop itself, where that need not be done
# (OpenID Connect Core, 3.1.3.7).
<%- when Claimed::OtherSubject(_) %>
# In the walk the app refused it: signature_valid failed. This program does not find that: it verifies no signature.
<%- when Claimed::Audience %>
check("the audience", claims["aud"], CLIENT_ID)
<%- when Claimed::OtherAudience(other) %>
refuse("the audience", claims["aud"], <$ d.quoted(other) $>)
<%- when Claimed::Nonce %>
check("the nonce", claims.get("nonce"), nonce)
<%- when Claimed::OtherNonce(other) %>
refuse("the nonce", claims.get("nonce"), <$ d.quoted(other) $>)
<%- when Claimed::TooLate(seconds) %>
# The app looks at it <$ seconds $> seconds later.
refuse("the time", claims["exp"] > time.time() + <$ seconds $>, True)
<%- endmatch %>
<%- endfor %>
<%- endmatch %>
<%- endfor %>
