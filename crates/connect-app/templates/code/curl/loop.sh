#!/bin/sh
# <$ w.name $> with curl: connects a person with Loop, calls an API, refreshes, disconnects.
# Usage: sh loop.sh connect | data | refresh | disconnect
# Addresses and secrets come from .env; tokens are kept in .tokens, which only you can read.
set -eu
umask 077
cd "$(dirname "$0")"
. ./.env

# Ask only for what you use: the person reads each of these on the consent page.
<%- if !w.more.is_empty() %>
# The app may also ask for: <$ w.more_line() $>.
<%- endif %>
SCOPE="<$ w.scopes_line() $>"
API_URL="$<$ w.sample.variable $><$ w.sample.path $>"

# One text of a JSON object in one line, such as Loop's token answers.
member() { sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p"; }
# One parameter of a query.
parameter() { printf '%s\n' "$1" | tr '?&#' '\n\n\n' | sed -n "s/^$2=//p" | head -n 1; }
# 256 random bits in base64url.
random() { openssl rand 32 | openssl base64 -A | tr '+/' '-_' | tr -d '='; }

# Sends a form with the app's credentials; curl fails on a refusal and shows what Loop says.
post() {
  url=$1
  shift
  curl -sS --fail-with-body "$url" "$@" \
    --data-urlencode "client_id=$LOOP_CLIENT_ID"<% if w.confidential %> \
    --data-urlencode "client_secret=$LOOP_CLIENT_SECRET"<% endif %>
}

# Keeps a token answer. The new refresh token replaces the old one, which is dead: using it again revokes everything.
keep() {
  printf '%s\n' "$1" > .tokens
  echo "Granted: $(member scope < .tokens)"
}

connect() {
  verifier=$(random)
  state=$(random)
  challenge=$(printf %s "$verifier" | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d '=')

  # 1. The question. It is asked once without a browser, since a sandbox with auto-approve answers at once.
  set -- --data-urlencode "response_type=code" \
    --data-urlencode "client_id=$LOOP_CLIENT_ID" \
    --data-urlencode "redirect_uri=$LOOP_REDIRECT_URI" \
    --data-urlencode "scope=$SCOPE" \
    --data-urlencode "state=$state" \
<%- if w.openid() %>
    --data-urlencode "nonce=$(random)" \
<%- endif %>
    --data-urlencode "code_challenge=$challenge" \
    --data-urlencode "code_challenge_method=S256"
  asked=$(curl -sS -G -o /dev/null -w '%{url_effective} %{redirect_url}' "$LOOP_AUTHORIZE_URL" "$@")
  question=${asked%% *}
  answer=${asked#* }
  case $answer in
  "$LOOP_REDIRECT_URI"\?*) ;;
  *)
    printf 'Open this in a browser:\n\n%s\n\n' "$question"
    printf 'Then paste the address that it ends at (a page that does not load will do):\n'
    read -r answer
    ;;
  esac

  # 2. The answer: the state says that it is to this question.
  [ "$(parameter "$answer" state)" = "$state" ] || { echo "The state is another one." >&2; exit 1; }
  error=$(parameter "$answer" error)
  [ -z "$error" ] || { echo "Loop says $error." >&2; exit 1; }

  # 3. Exchange the code, which works once and for a minute.
  keep "$(post "$LOOP_TOKEN_URL" \
    --data-urlencode "grant_type=authorization_code" \
    --data-urlencode "code=$(parameter "$answer" code)" \
    --data-urlencode "redirect_uri=$LOOP_REDIRECT_URI" \
    --data-urlencode "code_verifier=$verifier")"
}

# 4. Call an API with the access token.
data() {
  curl -sS --fail-with-body "$API_URL" -H "Authorization: Bearer $(member access_token < .tokens)"
  echo
}

refresh() {
  keep "$(post "$LOOP_TOKEN_URL" \
    --data-urlencode "grant_type=refresh_token" \
    --data-urlencode "refresh_token=$(member refresh_token < .tokens)")"
}

# Whoever can connect must be able to disconnect.
disconnect() {
  post "$LOOP_REVOKE_URL" --data-urlencode "token=$(member refresh_token < .tokens)"
  rm .tokens
  echo "Disconnected from Loop."
}

case ${1:-connect} in
connect) connect && data ;;
data | refresh | disconnect) "$1" ;;
*)
  sed -n 3p "$0"
  exit 2
  ;;
esac
