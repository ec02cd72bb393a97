#!/bin/sh
# <$ p.name $>: a walk through Connect with Loop, with curl 7.87 or newer and OpenSSL.
# Every request is as it was sent then. Addresses and secrets come from .env beside this script.
set -eu
cd "$(dirname "$0")"
. ./.env

# One text of a JSON object in one line, such as Loop's token answers.
member() { sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p"; }
# One parameter of a query, decoded.
parameter() {
  coded=$(printf '%s\n' "$1" | tr '?&#' '\n\n\n' | sed -n "s/^$2=//p" | head -n 1 | sed 's/+/ /g; s/%/\\x/g')
  # `printf %b` of some shells knows no \x.
  printf '%s' "$coded" | awk '{
    while ((at = index($0, "\\x")) > 0) {
      value = (index("0123456789ABCDEF", toupper(substr($0, at + 2, 1))) - 1) * 16
      value += index("0123456789ABCDEF", toupper(substr($0, at + 3, 1))) - 1
      $0 = substr($0, 1, at - 1) sprintf("%c", value) substr($0, at + 4)
    }
    printf "%s", $0
  }'
}
<%- if p.uses("verifier") || p.uses("state") || p.uses("nonce") %>
# 256 random bits in base64url.
random() { openssl rand 32 | openssl base64 -A | tr '+/' '-_' | tr -d '='; }
<%- endif %>
<%- if p.verifies() %>
# One claim of a JWT.
claim() {
  payload=$(printf %s "$1" | cut -d. -f2 | tr '_-' '/+')
  while [ $((${#payload} % 4)) -ne 0 ]; do payload="$payload="; done
  printf %s "$payload" | openssl base64 -d -A | member "$2"
}
<%- endif %>

check() {
  [ "$2" = "$3" ] || { echo "$1 was '$3' in the walk, and is '$2'" >&2; exit 1; }
}

# Sends a request and says what came. Another answer than the walk had ends the script. The body is left in $BODY.
send() {
  title=$1 expected=$2
  shift 2
  BODY=$(curl -sS -w '\n%{http_code}' "$@")
  status=$(printf '%s\n' "$BODY" | tail -n 1)
  BODY=$(printf '%s\n' "$BODY" | sed '$d')
  error=$(printf '%s\n' "$BODY" | member error)
  echo "$title: $status${error:+ $error}"
  [ -z "$expected" ] || check "$title" "$status" "$expected"
}
<%- if p.uses("credentials") %>

# Client id and secret as they are: those of Loop need no encoding (RFC 6749, 2.3.1).
CREDENTIALS=$(printf '%s:%s' "$LOOP_CLIENT_ID" "$LOOP_CLIENT_SECRET" | openssl base64 -A)
<%- endif %>
<%- if p.uses("verifier") %>

# 2. The verifier stays here; the challenge is its SHA-256 (RFC 7636).
VERIFIER=$(random)
<%- if p.uses("challenge") %>
CHALLENGE=$(printf %s "$VERIFIER" | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d '=')
<%- endif %>
<%- endif %>
<%- if p.uses("state") %>
STATE=$(random)
<%- endif %>
<%- if p.uses("nonce") %>
NONCE=$(random)
<%- endif %>
<%- for part in p.parts.iter() %>
<%- match part %>
<%- when Part::Step(title) %>

# <$ title $>
<%- when Part::Comment(text) %>
# <$ text $>
<%- when Part::Ask(ask) %>
# It is asked once without a browser, since a sandbox with auto-approve answers at once.
asked=$(curl -sS -G -o /dev/null -w '%{url_effective} %{redirect_url}' "$LOOP_AUTHORIZE_URL"
<%- for (name, value) in ask.query.iter() %> \
  --data-urlencode <$ Shell::pair(name, "=", value) $>
<%- endfor %>)
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
<%- if ask.state %>
check "the state" "$(parameter "$answer" state)" "$STATE"
<%- endif %>
<%- if ask.issuer %>
check "the issuer" "$(parameter "$answer" iss)" "$LOOP_ISSUER"
<%- endif %>
<%- match ask.error %>
<%- when Some(error) %>
check "the error" "$(parameter "$answer" error)" <$ d.quoted(error) $>
<%- when None %>
check "the error" "$(parameter "$answer" error)" ""
<%- if p.uses("code") %>
CODE=$(parameter "$answer" code)
<%- endif %>
<%- endmatch %>
<%- when Part::Send(send) %>
# Answered then: <$ send.answered $>
send <$ d.quoted(send.title) $> <% match send.status %><% when Some(status) %><$ status $><% when None %>""<% endmatch %> -X <$ self::word(&send.method) $> <$ d.text(send.url) $>
<%- for (name, value) in send.query.iter() %> \
  --url-query <$ Shell::pair(name, "=", value) $>
<%- endfor %>
<%- for (name, value) in send.headers.iter() %> \
  -H <$ Shell::pair(name, ": ", value) $>
<%- endfor %>
<%- match send.body %>
<%- when Body::Form(fields) %>
<%- for (name, value) in fields.iter() %> \
  --data-urlencode <$ Shell::pair(name, "=", value) $>
<%- endfor %>
<%- when Body::Text(text) %> \
  --data-raw <$ d.text(text) $>
<%- when Body::None %>
<%- endmatch %>
<%- if send.shows %>
printf '%s\n' "$BODY"
<%- endif %>
<%- for (name, var) in send.takes.iter() %>
<$ d.var(var) $>=$(printf '%s\n' "$BODY" | member <$ name $>)
<%- endfor %>
<%- when Part::Verify { token, nonce } %>
# It came from Loop itself, so its signature need not be checked here (OpenID Connect Core, 3.1.3.7).
check "the audience" "$(claim "$<$ d.var(token) $>" aud)" "$LOOP_CLIENT_ID"
<%- if *nonce %>
check "the nonce" "$(claim "$<$ d.var(token) $>" nonce)" "$NONCE"
<%- endif %>
<%- endmatch %>
<%- endfor %>
