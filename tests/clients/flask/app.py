"""The partner app of the Python / Flask quickstart, word for word but for what is listed here.

Changed:
- the base URLs of identity and clinical come from LOOP_IDENTITY_URL and LOOP_CLINICAL_URL.

Added, each under a line of its own that says so:
- the callback keeps the tokens, in memory and for one user;
- the quickstart's own refresh_tokens stands in the file, and POST /refresh calls it;
- GET /biomarkers makes the API call of the callback again;
- POST /disconnect calls revoke, which every app must offer before it goes live.

Run it with `python app.py` (port 5000), or on another port with `flask --app app run --port <port>`.
"""
import hashlib
import base64
import os
import secrets
import requests
from flask import Flask, redirect, request, session, jsonify

app = Flask(__name__)
app.secret_key = os.environ["FLASK_SECRET_KEY"]

AUTHORIZE_URL = os.environ["LOOP_IDENTITY_URL"] + "/v1/oauth/authorize"
TOKEN_URL = os.environ["LOOP_IDENTITY_URL"] + "/v1/oauth/token"
CLIENT_ID = os.environ["LOOP_CLIENT_ID"]
CLIENT_SECRET = os.environ["LOOP_CLIENT_SECRET"]
REDIRECT_URI = os.environ["LOOP_REDIRECT_URI"]

def generate_pkce():
    verifier = secrets.token_urlsafe(32)
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
    return verifier, challenge

@app.route("/login")
def login():
    verifier, challenge = generate_pkce()
    state = secrets.token_hex(16)
    session["oauth_state"] = state
    session["code_verifier"] = verifier
    params = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT_URI,
        "scope": "openid profile read:biomarkers",
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    qs = "&".join(f"{k}={requests.utils.quote(v)}" for k, v in params.items())
    return redirect(f"{AUTHORIZE_URL}?{qs}")

@app.route("/callback")
def callback():
    error = request.args.get("error")
    if error:
        return jsonify({"error": error}), 400
    state = request.args.get("state")
    if state != session.pop("oauth_state", None):
        return jsonify({"error": "Invalid state — possible CSRF"}), 400
    code = request.args.get("code")
    verifier = session.pop("code_verifier")
    token_resp = requests.post(
        TOKEN_URL,
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT_URI,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "code_verifier": verifier,
        },
    )
    if not token_resp.ok:
        return jsonify({"error": "Token exchange failed", "detail": token_resp.json()}), 502
    tokens = token_resp.json()
    # Added: keep them.
    kept.update(tokens)
    # Make an authenticated API call
    bio_resp = requests.get(
        os.environ["LOOP_CLINICAL_URL"] + "/v1/biomarkers/me",
        headers={"Authorization": f"Bearer {tokens['access_token']}"},
    )
    return jsonify({
        "message": "Connected to Loop!",
        "scopes": tokens["scope"],
        "biomarkers": bio_resp.json() if bio_resp.ok else None,
    })

def refresh_tokens(refresh_token: str) -> dict:
    resp = requests.post(
        TOKEN_URL,
        data={
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        },
    )
    resp.raise_for_status()
    tokens = resp.json()
    # IMPORTANT: always store the new refresh_token — the old one is invalidated
    return tokens

# Added: everything below but the last two lines.
kept = {}

@app.route("/refresh", methods=["POST"])
def refresh():
    old = kept["refresh_token"]
    kept.update(refresh_tokens(old))
    return jsonify({"scopes": kept["scope"], "rotated": kept["refresh_token"] != old})

@app.route("/biomarkers")
def biomarkers():
    bio_resp = requests.get(
        os.environ["LOOP_CLINICAL_URL"] + "/v1/biomarkers/me",
        headers={"Authorization": f"Bearer {kept['access_token']}"},
    )
    return jsonify(bio_resp.json()), bio_resp.status_code

@app.route("/disconnect", methods=["POST"])
def disconnect():
    resp = requests.post(
        os.environ["LOOP_IDENTITY_URL"] + "/v1/oauth/revoke",
        data={
            "token": kept["refresh_token"],
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        },
    )
    resp.raise_for_status()
    return jsonify({"message": "Disconnected from Loop."})

if __name__ == "__main__":
    app.run(port=5000, debug=True)
