#!/bin/sh
# <$ w.name $> with curl: a machine's token, which speaks for no person. Secrets and addresses come from .env.
set -eu
cd "$(dirname "$0")"
. ./.env

# Sends a form with the app's credentials; curl fails on a refusal and shows what Loop says.
post() {
  url=$1
  shift
  curl -sS --fail-with-body "$url" "$@" \
    --data-urlencode "client_id=$LOOP_CLIENT_ID" \
    --data-urlencode "client_secret=$LOOP_CLIENT_SECRET"
}
# One text of a JSON object in one line.
member() { sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p"; }

answer=$(post "$LOOP_TOKEN_URL" -d grant_type=client_credentials --data-urlencode "scope=<$ w.scopes_line() $>")
# Never log the token itself. There is no refresh token: ask anew a little before it expires.
echo "A token for $(printf %s "$answer" | member scope)"
post "$LOOP_ISSUER/v1/oauth/introspect" --data-urlencode "token=$(printf %s "$answer" | member access_token)"
echo
