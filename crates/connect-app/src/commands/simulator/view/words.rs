//! Why the flow has each step, for somebody who has never seen it.

use connect_core::domain::walk::Step;

/// Said where there is nothing left to revoke.
pub(super) const SPENT: &str = "In this walk everything has ended already: the old refresh token came back, and took all with it. Pass over that step to see revocation itself at work.";

/// Why the flow has a step, and what happens in it.
pub(super) const fn words(step: Step) -> (&'static str, &'static str) {
    match step {
        Step::Configure => (
            "An app needs to know who it is to the server, what it wants, and where it is sent back to. The rest it asks the server.",
            "The app reads the server's metadata: where its endpoints and its keys are.",
        ),
        Step::Pkce => (
            "A code can be stolen on its way through the browser. With PKCE a thief can't use it: only the app that began the flow knows the verifier.",
            "The app makes a random verifier, keeps it, and makes a challenge of it, which it may show to everybody.",
        ),
        Step::AuthorizationUrl => (
            "The app does not ask for a password. It sends the browser to the server with a request that everybody may read.",
            "The app puts the address together: who asks, for what, where to come back to, and the challenge.",
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
            "The app sends the refresh token, and is given a new pair.",
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
