#!/bin/sh
# <$ p.name $>: a walk through Connect with Loop, with curl 7.87 or newer and OpenSSL.
# Every request is as it was sent then. Addresses and secrets come from .env beside this script<% if p.prepared_by.is_empty() %>, which comes with it: put the client secret into it if it has a line for one.
<%- else %>, which is made by:
<%- for command in p.prepared_by.iter() %>
#   <$ command $>
<%- endfor %>
<%- endif %>
set -eu
cd "$(dirname "$0")"
. ./.env
<%- for it in p.settings.iter() %>
: "${<$ it.environment() $>:?is not set: has .env a value for it?}"
<%- endfor %>

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
<%- if p.changes() %>
# An address without one parameter of its query.
without() { printf '%s\n' "$1" | sed "s/\([?&]\)$2=[^&#]*/\1/"; }
<%- endif %>
<%- if p.uses("verifier") || p.uses("state") || p.uses("nonce") %>
# 256 random bits in base64url.
random() { openssl rand 32 | openssl base64 -A | tr '+/' '-_' | tr -d '='; }
<%- endif %>
<%- if p.reads_parts() %>
# A part of a JWT, and one text in its payload.
part() {
  coded=$(printf %s "$1" | cut -d. -f"$2" | tr '_-' '/+')
  while [ $((${#coded} % 4)) -ne 0 ]; do coded="$coded="; done
  printf %s "$coded" | openssl base64 -d -A
}
claim() { part "$1" 2 | member "$2"; }
<%- endif %>
<%- if p.uses("keys") %>
# Whether a key is among those that were just answered.
published() {
  case $(printf '%s' "$BODY" | tr -d ' \n') in *"\"kid\":\"$1\""*) echo yes ;; *) echo no ;; esac
}
<%- endif %>

check() {
  [ "$2" = "$3" ] || { echo "$1 was '$3' in the walk, and is '$2'" >&2; exit 1; }
}
<%- if p.refuses(false) %>
# What the app refused in the walk must not be right here either.
refuse() {
  [ "$2" != "$3" ] || { echo "$1 was refused in the walk, and is right now" >&2; exit 1; }
  echo "Refused, as in the walk: $1"
}
<%- endif %>

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
<%- for part in p.parts.iter() %>
<%- match part %>
<%- when Part::Step(title) %>

# <$ title $>
<%- when Part::Comment(text) %>
# <$ text $>
<%- when Part::Make %>
<%- if p.uses("verifier") %>
# The verifier stays here; the challenge is its SHA-256 (RFC 7636).
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
<%- when Part::Ask(query) %>
# It is asked once without a browser, since a sandbox with auto-approve answers at once.
asked=$(curl -sS -G -o /dev/null -w '%{url_effective} %{redirect_url}' "$LOOP_AUTHORIZE_URL"
<%- for (name, value) in query.iter() %> \
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
<%- when Part::Take(take) %>
<%- for (name, value) in take.changes.iter() %>
answer=$(without "$answer" <$ Shell::coded(name) $>)
<%- match value %>
<%- when Some(value) %>
answer="$answer&<$ Shell::coded(name) $>=<$ Shell::coded(value) $>"
<%- when None %>
<%- endmatch %>
<%- endfor %>
<%- for look in take.looks.iter() %>
<%- match look %>
<%- when Look::State { .. } %>
<$ look.by() $> "the state" "$(parameter "$answer" state)" "$STATE"
<%- when Look::Issuer { .. } %>
<$ look.by() $> "the issuer" "$(parameter "$answer" iss)" "$LOOP_ISSUER"
<%- when Look::Error { expected, .. } %>
<$ look.by() $> "the error" "$(parameter "$answer" error)" <% match expected %><% when Some(error) %><$ d.quoted(error) $><% when None %>""<% endmatch %>
<%- when Look::NoCode %>
[ -n "$(parameter "$answer" code)" ] && there=yes || there=no
refuse "the code" "$there" yes
<%- endmatch %>
<%- endfor %>
<%- if take.code && p.uses("code") %>
CODE=$(parameter "$answer" code)
<%- endif %>
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
<%- for (name, var) in send.texts_taken() %>
<$ d.var(var) $>=$(printf '%s\n' "$BODY" | member <$ name $>)
<%- endfor %>
<%- when Part::Verify(verify) %>
<%- for claim in verify.claims.iter() %>
<%- match claim %>
<%- when Claimed::Algorithm { shown, allowed } %>
# Its header says another algorithm than Loop wrote into it.
case <$ self::word(shown) $> in <% for it in allowed.iter() %><% if !loop.first %> | <% endif %><$ self::word(it) $><% endfor %>) allowed=yes ;; *) allowed=no ;; esac
refuse "the algorithm" "$allowed" yes
<%- when Claimed::Key %>
check "the key" "$(published "$(part "$<$ d.var(verify.token) $>" 1 | member kid)")" yes
<%- when Claimed::OtherKey(kid) %>
refuse "the key" "$(published <$ self::word(kid) $>)" yes
<%- when Claimed::Signature %>
# The signature is not verified, for which a library is needed: the token came from Loop itself, where that need not be done
# (OpenID Connect Core, 3.1.3.7).
<%- when Claimed::OtherSubject(_) %>
# In the walk the app refused it: signature_valid failed. This program does not find that: it verifies no signature.
<%- when Claimed::Audience %>
check "the audience" "$(claim "$<$ d.var(verify.token) $>" aud)" "$LOOP_CLIENT_ID"
<%- when Claimed::OtherAudience(other) %>
refuse "the audience" "$(claim "$<$ d.var(verify.token) $>" aud)" <$ d.quoted(other) $>
<%- when Claimed::Nonce %>
check "the nonce" "$(claim "$<$ d.var(verify.token) $>" nonce)" "$NONCE"
<%- when Claimed::OtherNonce(other) %>
refuse "the nonce" "$(claim "$<$ d.var(verify.token) $>" nonce)" <$ d.quoted(other) $>
<%- when Claimed::TooLate(seconds) %>
# The app looks at it <$ seconds $> seconds later.
expires=$(part "$<$ d.var(verify.token) $>" 2 | sed -n 's/.*"exp" *: *\([0-9]*\).*/\1/p')
[ "$expires" -gt $(($(date +%s) + <$ seconds $>)) ] && in_time=yes || in_time=no
refuse "the time" "$in_time" yes
<%- endmatch %>
<%- endfor %>
<%- endmatch %>
<%- endfor %>
