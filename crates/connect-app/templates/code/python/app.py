"""<$ w.name $> on Flask: connects a person with Loop, calls an API, refreshes, disconnects.

Addresses and secrets come from .env, so the same file runs against the sandbox and in production.
"""
import base64
import hashlib
import json
import os
import secrets
<%- if w.any_port() %>
import socket
<%- endif %>
from urllib.parse import urlencode, urlsplit

import requests
from dotenv import load_dotenv
from flask import Flask, jsonify, redirect, request, session

load_dotenv()

CLIENT_ID = os.environ["LOOP_CLIENT_ID"]
<%- if w.confidential %>
CLIENT_SECRET = os.environ["LOOP_CLIENT_SECRET"]
<%- endif %>
REDIRECT_URI = os.environ["LOOP_REDIRECT_URI"]
AUTHORIZE_URL = os.environ["LOOP_AUTHORIZE_URL"]
TOKEN_URL = os.environ["LOOP_TOKEN_URL"]
REVOKE_URL = os.environ["LOOP_REVOKE_URL"]
API_URL = os.environ["<$ w.sample.variable $>"] + "<$ w.sample.path $>"

# Ask only for what you use: the person reads each of these on the consent page.
<%- if !w.more.is_empty() %>
# The app may also ask for: <$ w.more_line() $>.
<%- endif %>
SCOPES = [
<%- for scope in w.scopes.iter() %>
    "<$ scope $>",
<%- endfor %>
]

CALLBACK = urlsplit(REDIRECT_URI)
<%- if w.any_port() %>

# Loop takes any port of this machine for a native app: one that is free is put into the redirect URI.
with socket.create_server((CALLBACK.hostname, 0)) as free:
    PORT = free.getsockname()[1]
REDIRECT_URI = REDIRECT_URI.replace(CALLBACK.netloc, f"{CALLBACK.hostname}:{PORT}", 1)
<%- endif %>

app = Flask(__name__)
app.secret_key = os.environ.get("FLASK_SECRET_KEY") or secrets.token_bytes(32)

# One entry for each browser. In production: a database, the tokens encrypted. The cookie holds a number, never a token.
PEOPLE = {}


def person():
    if session.get("id") not in PEOPLE:
        session["id"] = secrets.token_urlsafe(32)
        PEOPLE[session["id"]] = {}
    return PEOPLE[session["id"]]


@app.get("/")
def home():
    if "tokens" not in person():
        return '<a href="/login">Connect with Loop</a>'
    return (
        '<p>Connected to Loop</p><p><a href="/data">Show my data</a></p>'
        '<form method="post" action="/refresh"><button>Refresh</button></form>'
        '<form method="post" action="/disconnect"><button>Disconnect</button></form>'
    )


@app.get("/login")
def login():
    """1. Send the person to Loop, with a challenge whose verifier only this server knows."""
    flow = {name: secrets.token_urlsafe(32) for name in ("state", "verifier", "nonce")}
    person()["flow"] = flow
    digest = hashlib.sha256(flow["verifier"].encode("ascii")).digest()
    question = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT_URI,
        "scope": " ".join(SCOPES),
        "state": flow["state"],
<%- if w.openid() %>
        "nonce": flow["nonce"],
<%- endif %>
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii"),
        "code_challenge_method": "S256",
    }
    return redirect(f"{AUTHORIZE_URL}?{urlencode(question)}")


@app.get(CALLBACK.path or "/")
def callback():
    """2. They come back with a code, or with an error. The state says that it is the same browser."""
    visitor = person()
    flow = visitor.pop("flow", None)
    if flow is None or request.args.get("state") != flow["state"]:
        return say(400, "This answer belongs to no question of ours.")
    if "error" in request.args:
        return say(400, f"Loop says {request.args['error']}: {request.args.get('error_description', '')}")

    # 3. Exchange the code, which works once and for a minute.
    visitor["tokens"] = token_request(
        grant_type="authorization_code",
        code=request.args["code"],
        redirect_uri=REDIRECT_URI,
        code_verifier=flow["verifier"],
    )
<%- if w.openid() %>
    # The id_token came from Loop itself, so its signature need not be checked here (OpenID Connect Core, 3.1.3.7).
    payload = visitor["tokens"]["id_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    if claims.get("nonce") != flow["nonce"]:
        return say(400, "The id_token is not for this request.")
<%- endif %>

    # 4. Call an API with the access token.
    data = call_api(visitor)
    return jsonify(message="Connected to Loop!", scopes=visitor["tokens"]["scope"], data=data.json())


@app.get("/data")
def data():
    visitor = person()
    if "tokens" not in visitor:
        return say(409, "Not connected to Loop.")
    answer = call_api(visitor)
    return jsonify(answer.json()), answer.status_code


@app.post("/refresh")
def refresh_now():
    visitor = person()
    if "tokens" not in visitor:
        return say(409, "Not connected to Loop.")
    refresh(visitor)
    return jsonify(message="Refreshed.", scopes=visitor["tokens"]["scope"])


@app.post("/disconnect")
def disconnect():
    """Whoever can connect must be able to disconnect."""
    visitor = person()
    if "tokens" not in visitor:
        return say(409, "Not connected to Loop.")
    if not post(REVOKE_URL, token=visitor["tokens"]["refresh_token"]).ok:
        return say(502, "Loop did not revoke the token.")
    del visitor["tokens"]
    return jsonify(message="Disconnected from Loop.")


def call_api(visitor):
    """An expired token is refreshed once; what is refused after that is refused."""
    answer = None
    for attempt in range(2):
        bearer = {"Authorization": f"Bearer {visitor['tokens']['access_token']}"}
        answer = requests.get(API_URL, headers=bearer, timeout=30)
        if answer.status_code != 401 or attempt == 1:
            break
        refresh(visitor)
    return answer


def refresh(visitor):
    """Keep the new refresh token: the old one is dead, and using it again revokes everything."""
    visitor["tokens"] = token_request(
        grant_type="refresh_token",
        refresh_token=visitor["tokens"]["refresh_token"],
    )


class LoopRefused(Exception):
    pass


def token_request(**form):
    answer = post(TOKEN_URL, **form)
    body = answer.json()
    if not answer.ok:
        raise LoopRefused(f"{body['error']}: {body['error_description']}")
    return body


def post(url, **form):
    form["client_id"] = CLIENT_ID
<%- if w.confidential %>
    form["client_secret"] = CLIENT_SECRET
<%- endif %>
    return requests.post(url, data=form, timeout=30)


def say(status, text):
    """As text: nothing that came with a request becomes a page."""
    return text, status, {"Content-Type": "text/plain; charset=utf-8"}


@app.errorhandler(LoopRefused)
def refused(error):
    return say(502, f"Loop refused: {error}")


if __name__ == "__main__":
<%- if w.any_port() %>
    print(f"Open http://{CALLBACK.hostname}:{PORT}/", flush=True)
    app.run(host=CALLBACK.hostname, port=PORT)
<%- else if w.https() %>
    # Behind whatever answers https for the redirect URI.
    app.run(port=int(os.environ.get("PORT", "5000")))
<%- else %>
    app.run(host=CALLBACK.hostname, port=CALLBACK.port or 80)
<%- endif %>
