"""<$ w.name $> in Python: a machine's token, which speaks for no person. Secrets and addresses come from .env."""
import json
import os

import requests
from dotenv import load_dotenv

load_dotenv()


def post(url, **form):
    form["client_id"] = os.environ["LOOP_CLIENT_ID"]
    form["client_secret"] = os.environ["LOOP_CLIENT_SECRET"]
    answer = requests.post(url, data=form, timeout=30)
    body = answer.json()
    if not answer.ok:
        raise SystemExit(f"{body['error']}: {body['error_description']}")
    return body


token = post(os.environ["LOOP_TOKEN_URL"], grant_type="client_credentials", scope="<$ w.scopes_line() $>")
# Never log the token itself. There is no refresh token: ask anew a little before it expires.
print(f"A {token['token_type']} token for {token['scope']}, good for {token['expires_in']} s")

known = post(os.environ["LOOP_ISSUER"] + "/v1/oauth/introspect", token=token["access_token"])
print(json.dumps(known))
