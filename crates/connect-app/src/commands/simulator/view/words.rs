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
        Step::Reuse if any_lives => format!("{action} {ENDS_ALL}"),
        Step::Revoke if !any_lives => {
            let facts = &session.facts;
            let token = facts.refresh_token.as_ref().or(facts.access_token.as_ref());
            let mut all = session.credentials.iter().rev();
            let token = token.and_then(|value| all.find(|it| it.value == *value));
            let fate = token.and_then(|it| it.fate(now));
            let fate = fate.map_or_else(String::new, |fate| {
                format!(" What became of the tokens: {fate}.")
            });
            format!(
                "{action} Nothing is left to revoke here, and the answer is 200 all the same (RFC 7009 §2.2).{fate}"
            )
        }
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
    match token.fate(known.server_now()) {
        Some(fate) => format!("{sent} What became of the token: {fate}."),
        None => format!("{sent} The token still works: nothing has ended it."),
    }
}

/// Said before the old refresh token is sent once more.
const ENDS_ALL: &str = "That ends every token of this consent at once: leave this step out, and \"Revocation\" has something to revoke.";

/// Why the flow has a step, and what happens in it.
pub(super) const fn words(step: Step) -> (&'static str, &'static str) {
    match step {
        Step::Configure => (
            "An app wants to see data of a person who has an account at the platform. The person must not give it their password. So the app sends them to the platform, the platform asks them, and hands the app tokens: keys that open what the person allowed, and nothing else. Here is settled which app asks, for which person (a persona: a made-up one), and for what (the scopes).",
            "The app reads the server's metadata: a public page in JSON with the addresses of its endpoints and keys, and with its own name, the issuer. Nothing of the app is sent.",
        ),
        Step::Pkce => (
            "Once the person has agreed, the platform sends their browser back to the app with a code: a short-lived voucher that the app exchanges for tokens. On its way through the browser the code can be read, and stolen. PKCE (Proof Key for Code Exchange, RFC 7636) makes a stolen code worthless: it can be exchanged only by who knows a secret, and only the app that began knows it.",
            "The app makes up that secret, the `code_verifier`, and keeps it. It computes the SHA-256 of it, the `code_challenge`, which tells nothing of the secret: this goes ahead, the secret follows in step 6. It makes up two more values, too: the `state`, by which it knows later that the answer is to its own request, and the `nonce`, by which it knows that the id_token is.",
        ),
        Step::AuthorizationUrl => (
            "The app does not ask for a password. It sends the person's browser to the platform. All that it asks for stands in the address, where everybody may read it: that is why only the challenge is in it, and never the secret.",
            "The app puts the address together: which app asks (`client_id`), for what (`scope`), where the browser is to come back to (`redirect_uri`), with `state`, `nonce` and challenge. Nothing is sent yet: the browser opens the address in the next step.",
        ),
        Step::SignIn => (
            "The person signs in where they have their account, and decides what the app may see. The app sees neither password nor pages.",
            "The browser goes to the authorization URL, the person signs in and decides, and the server sends the browser back.",
        ),
        Step::Callback => (
            "Anybody can send a browser to the app's callback. What comes back is believed only when it answers this very request.",
            "The app compares `state` and `iss` with what it expects, and takes the code.",
        ),
        Step::Token => (
            "The code alone opens nothing. The app exchanges it from its own side, where no browser looks on, and proves with the verifier that it began the flow.",
            "The app sends code, verifier and its own credentials to the token endpoint, and is given tokens.",
        ),
        Step::IdToken => (
            "The id_token says who signed in. It is worth as much as its checks: signature, issuer, audience, time, nonce.",
            "The app fetches the server's published keys and verifies the token claim by claim.",
        ),
        Step::Api => (
            "The access token opens what the person allowed, and nothing else.",
            "The app calls a service that the scopes open, and one that they do not.",
        ),
        Step::Introspect => (
            "An access token says nothing by itself here. Who needs to know asks the server.",
            "The app asks the server what it knows of the access token.",
        ),
        Step::Refresh => (
            "Access tokens are short-lived. The refresh token gets new ones without asking the person again, and is replaced each time.",
            "The app sends the refresh token, is given a new pair, and makes a call with the new access token.",
        ),
        Step::Reuse => (
            "A refresh token that comes a second time was copied by somebody. The server can't know by whom, so it ends everything that came from it.",
            "The app sends the refresh token that was just replaced once more.",
        ),
        Step::Revoke => (
            "When a person disconnects the app, or signs out of it, the app gives its tokens up.",
            "The app sends its tokens to the revocation endpoint.",
        ),
        Step::AfterRevoke => (
            "Revoked means revoked, at once and everywhere.",
            "The app makes the same call with the same access token as before.",
        ),
    }
}
