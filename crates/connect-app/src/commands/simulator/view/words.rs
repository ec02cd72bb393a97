//! Why the flow has each step, for somebody who has never seen it.

use connect_core::domain::walk::Step;
use connect_simulator::known::Known;
use connect_simulator::session::{Credential, CredentialKind, Session};

/// What happens in a step, as things stand in this walk.
pub(super) fn action(session: &Session, known: &Known, step: Step) -> String {
    let (_, action) = words(step);
    let now = known.server_now();
    let lives = |it: &&Credential| it.kind != CredentialKind::Code && it.is_alive(now);
    let any_lives = session.credentials.iter().any(|it| lives(&it));
    match step {
        Step::Reuse => {
            let forgiven = match known.rules.refresh_grace_seconds {
                0 => String::new(),
                seconds => format!(
                    " Only within {seconds} s of being replaced is that forgiven: this sandbox is set to it."
                ),
            };
            let ends_all = if any_lives { ENDS_ALL } else { "" };
            format!("{action}{ends_all}{forgiven}")
        }
        Step::Revoke if !any_lives => format!(
            "{action} Nothing is left to revoke here, and the answer is 200 all the same (RFC 7009 §2.2)."
        ),
        Step::AfterRevoke => after_revoke(session, known),
        _ => action.to_owned(),
    }
}

/// Which call is made with which token, and how that stands.
fn after_revoke(session: &Session, known: &Known) -> String {
    let token = session.access_token();
    let sent = if session.has_called() {
        "The app makes the same call as before, with the same access token as when it worked."
            .to_owned()
    } else {
        let given = token.and_then(|it| it.given);
        let given = given.map_or_else(String::new, |step| {
            format!(" that the step \"{}\" gave", step.title())
        });
        format!(
            "The app makes the call with the newest access token, the one{given}; no call was answered with it before."
        )
    };
    let Some(token) = token else { return sent };
    let sent = format!(
        "{sent} The service checks whether the token is alive before it looks at its scopes."
    );
    match token.fate(known.server_now()) {
        Some(fate) => format!("{sent} What became of it: {fate}."),
        None => format!("{sent} It is: nothing has ended it."),
    }
}

/// Said before the old refresh token is sent once more.
const ENDS_ALL: &str = " The tokens of this walk are among them: leave this step out, and \"Revocation\" has something left to end.";

/// Why the flow has a step, and what happens in it.
pub(super) const fn words(step: Step) -> (&'static str, &'static str) {
    match step {
        Step::Configure => (
            "An app wants to see data of a person who has an account at the platform. The person must not give it their password. So the app sends them to the platform, the platform asks them, and hands the app tokens: keys that open what the person allowed, and nothing else. Here is settled which app asks, for which person (a persona: a made-up one), and for what (the scopes).",
            "The app reads the server's metadata: a public page in JSON with the addresses of its endpoints and keys, and with its own name, the issuer. Nothing of the app is sent.",
        ),
        Step::Pkce => (
            "Once the person has agreed, the platform sends their browser back to the app with a code: a short-lived voucher that the app exchanges for tokens. On its way through the browser the code can be read, and stolen. PKCE (Proof Key for Code Exchange, RFC 7636) makes a stolen code worthless: it can be exchanged only by who knows a secret, and only the app that began knows it.",
            "The app makes up that secret, the `code_verifier`, and keeps it. It computes the SHA-256 of it, the `code_challenge`, which tells nothing of the secret: this goes ahead, the secret follows in step 6. It makes up two more values, too: the `state`, by which it knows later that the answer is to its own request, and the `nonce`, by which it knows that of the id_token, which says who signed in. Nothing is sent yet.",
        ),
        Step::AuthorizationUrl => (
            "The app does not ask for a password. It sends the person's browser to the platform. All that it asks for stands in the address, where everybody may read it: that is why only the challenge is in it, and never the secret.",
            "The app puts the address together: which app asks (`client_id`), for what (`scope`), where the browser is to come back to (`redirect_uri`), with `state`, `nonce` and challenge. Nothing is sent yet: the browser opens the address in the next step.",
        ),
        Step::SignIn => (
            "The person signs in where they have their account: the app sees neither the password nor these pages. Then a page asks for their consent: it names the app and each scope, and they allow it or say no. Without that the app gets nothing.",
            "The browser opens the authorization URL. Before it shows a page, the server checks which app asks, that this app has registered the `redirect_uri`, that it may ask for these scopes, and that there is a challenge. When the person has decided, it sends the browser to the `redirect_uri` with the code, or with an error if they said no, and in both cases with `state` and `iss`, its own name.",
        ),
        Step::Callback => (
            "The address that the browser comes back to is the app's callback. Anybody can send a browser there, with a code of their own or of another server: an app that believed it would connect a stranger's account. So the app takes a code only when it answers the request that it began itself.",
            "The app sends nothing: it reads what the browser brought. It checks that `state` is the one it made up in step 2, so that this answers its own request, and that `iss` is the issuer of step 1, so that the right server answers. Only then does it take the code.",
        ),
        Step::Token => (
            "The code alone opens nothing. The app exchanges it for the tokens in a request of its own, which no browser sees, and proves in it who it is, and that it began the flow. A code is good once, and not for long.",
            "To the token endpoint the app sends the code, the `redirect_uri` once more, its `client_id`, its secret if it has one, and now the `code_verifier` that it kept. The server checks who the app is, that the code is unused and this app's, and that the SHA-256 of the verifier is the challenge of step 3. It gives an access token, which opens the data, a refresh token, which gets the next access token, and, when `openid` was among the scopes, an id_token, which says who signed in.",
        ),
        Step::IdToken => (
            "The id_token tells the app who signed in. It is a text of statements, the claims, which the server has signed: anybody can read it, and anybody can write one like it, but only the server can sign it. So it is worth as much as the app's checks.",
            "The app fetches the server's public keys (a JWKS, JSON Web Key Set): they serve to check a signature, not to make one. It checks the signature, then claim by claim who made the token (`iss`), for which app (`aud`), until when (`exp`), and that it belongs to this sign-in (the `nonce` of step 2, if there is one). Nothing is sent but the question for the keys.",
        ),
        Step::Api => (
            "The access token opens what the person allowed, for a while, and nothing else. It works for whoever holds it, as a key does: so it travels in a header, and never in an address, where it would be kept in logs. What it opens is said by its scopes.",
            "The app calls a service, and sends the access token along as `Authorization: Bearer`: whose data is meant, the token says. The service checks that the token is alive, then that one of its scopes opens the call. Step 1 says which calls are made: one that the scopes open, and one that they do not, which is refused with `insufficient_scope`.",
        ),
        Step::Introspect => (
            "An access token is a random text here: nobody can read out of it whom it is for, or whether it still works. Only the server that made it knows, and answers those who may ask: that is introspection. Services ask so when they are shown a token; an app can ask about its own.",
            "The app sends the access token to the introspection endpoint, and says who it is. The server checks that the app may ask. How the token stands is the answer: of one that is the app's own and alive it says for whom it is, with which scopes, and until when; of any other, only that it is not `active`.",
        ),
        Step::Refresh => (
            "An access token does not live long, so that a stolen one soon opens nothing. With the refresh token the app gets the next one without asking the person again. Each use gives a new refresh token in place of the old one, which is rotation: so a copy of an old one shows itself when it is used.",
            "The app sends the refresh token to the token endpoint, and says who it is. The server checks that the refresh token is this app's, alive, and not used before, and gives a new access token and a new refresh token. The app tries the new access token with the call of step 8, if one was chosen.",
        ),
        Step::Reuse => (
            "A refresh token that was used and comes once more has two holders, and one of them stole it. The server can't tell which. So it ends what both of them have, and the person is asked anew: that is reuse detection.",
            "The app plays the thief: it sends the refresh token that was replaced in step 10 once more. The server checks whether it was used before. It was: so nothing is given for it, and every token of this person and this app is revoked, which means ended before its time.",
        ),
        Step::Revoke => (
            "A person disconnects the app, or signs out of it: then nobody is to do anything with its tokens any more, whoever may find them later. So the app does not only forget them, it has them ended at the server. That is revocation.",
            "The app sends its tokens, one after the other, to the revocation endpoint, and says who it is. The server checks who the app is, and that each token is its own, and ends what still works. It answers 200 also where there was nothing to end: that is what the app wanted (RFC 7009 §2.2).",
        ),
        Step::AfterRevoke => (
            "What was ended has to open nothing, at once and at every service: only then is it true that the app is disconnected. The app can't see that in its token, which looks as before. So it is tried.",
            "The app makes the call with its access token.",
        ),
    }
}
