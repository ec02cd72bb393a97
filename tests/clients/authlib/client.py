"""Two Python client libraries against the sandbox, each as its own documentation has it, with auto-approve on.

    python client.py authlib | requests-oauthlib

Reads LOOP_IDENTITY_URL, LOOP_CLINICAL_URL, LOOP_CLIENT_ID, LOOP_CLIENT_SECRET and LOOP_REDIRECT_URI; prints what it got
as one JSON object.
"""
import json
import os
import sys

import requests

IDENTITY = os.environ["LOOP_IDENTITY_URL"]
CLINICAL = os.environ["LOOP_CLINICAL_URL"]
CLIENT_ID = os.environ["LOOP_CLIENT_ID"]
CLIENT_SECRET = os.environ["LOOP_CLIENT_SECRET"]
REDIRECT_URI = os.environ["LOOP_REDIRECT_URI"]
SCOPE = "openid profile email read:biomarkers"


def approved(url):
    """The address to which a browser would be sent."""
    return requests.get(url, allow_redirects=False, timeout=20).headers["location"]


def authlib():
    """A Flask app with Authlib's integration: configured by discovery, the id_token checked against the JWKS."""
    from authlib.integrations.flask_client import OAuth
    from flask import Flask, url_for  # noqa: F401

    app = Flask(__name__)
    app.secret_key = "a key for one test"
    loop = OAuth(app).register(
        "loop",
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        server_metadata_url=f"{IDENTITY}/.well-known/openid-configuration",
        client_kwargs={"scope": SCOPE, "code_challenge_method": "S256"},
    )

    @app.get("/login")
    def login():
        return loop.authorize_redirect(REDIRECT_URI)

    @app.get("/callback")
    def callback():
        token = loop.authorize_access_token()
        results = loop.get(f"{CLINICAL}/v1/biomarkers/me", token=token).json()["results"]
        session = loop._get_oauth_client(**loop.load_server_metadata())
        session.token = token
        refreshed = session.refresh_token(loop.server_metadata["token_endpoint"], refresh_token=token["refresh_token"])
        introspected = session.introspect_token(
            loop.server_metadata["introspection_endpoint"], token=refreshed["access_token"]
        ).json()
        revoked = session.revoke_token(loop.server_metadata["revocation_endpoint"], token=refreshed["refresh_token"])
        return {
            "claims": token["userinfo"],
            "results": len(results),
            "rotated": refreshed["refresh_token"] != token["refresh_token"],
            "active": introspected["active"],
            "revoked": revoked.status_code,
            "after": loop.get(f"{CLINICAL}/v1/biomarkers/me", token=refreshed).status_code,
        }

    browser = app.test_client()
    answer = approved(browser.get("/login").headers["location"])
    return browser.get("/callback?" + answer.split("?", 1)[1]).get_json()


def requests_oauthlib():
    """OAuth without OpenID Connect: the library looks at no id_token."""
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
    from requests_oauthlib import OAuth2Session

    loop = OAuth2Session(CLIENT_ID, redirect_uri=REDIRECT_URI, scope=SCOPE.split(), pkce="S256")
    url, _state = loop.authorization_url(f"{IDENTITY}/v1/oauth/authorize")
    token = loop.fetch_token(
        f"{IDENTITY}/v1/oauth/token",
        authorization_response=approved(url),
        client_secret=CLIENT_SECRET,
        include_client_id=True,
    )
    results = loop.get(f"{CLINICAL}/v1/biomarkers/me").json()["results"]
    refreshed = loop.refresh_token(f"{IDENTITY}/v1/oauth/token", client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    return {
        "results": len(results),
        "rotated": refreshed["refresh_token"] != token["refresh_token"],
        "after": loop.get(f"{CLINICAL}/v1/biomarkers/me").status_code,
    }


libraries = {"authlib": authlib, "requests-oauthlib": requests_oauthlib}
print(json.dumps(libraries[sys.argv[1]]()))
