//! A finished session, for the tests of what is made of sessions.

mod bytes;

use connect_core::Timestamp;
use connect_core::domain::app::AppType;
use connect_core::domain::walk::{ClientAuthentication, Consent, Party, Step};

use crate::session::{
    Answered, Call, Check, Credential, CredentialKind, CredentialState, Exchange, Facts, Outcome,
    Place, Run, Session, Setup, Shown, Target, Timing, Verdict,
};

pub(crate) use self::bytes::bytes;

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
/// Where the flow comes back to.
pub(crate) const REDIRECT: &str = "http://localhost:3000/callback";

fn token(prefix: &str, letter: char) -> String {
    format!("{prefix}{}", letter.to_string().repeat(43))
}

/// A walk through every step with the demo web app, everything as it should be.
pub(crate) fn session() -> Session {
    let facts = facts();
    let credential = |value: &Option<String>, kind| Credential {
        value: value.clone().unwrap_or_default(),
        kind,
        client_id: "client_01HXYDEMO".to_owned(),
        state: CredentialState::Active,
        redirect_uri: None,
        challenge: None,
        scopes: Vec::new(),
        expires_at: None,
        family: 1,
        given: None,
        ended: None,
    };
    let mut session = Session {
        id: "walk_01HXY".to_owned(),
        name: "A walk".to_owned(),
        target: Target {
            base_url: "http://localhost:9400".to_owned(),
            own: true,
        },
        setup: Setup {
            client_id: "client_01HXYDEMO".to_owned(),
            app_name: Some("My Lab Aggregator".to_owned()),
            app_type: AppType::Web,
            client_secret: Some(token("secret_", 's')),
            persona: Some("ada@example.com".to_owned()),
            scopes: vec!["openid".to_owned(), "read:biomarkers".to_owned()],
            redirect_uri: REDIRECT.to_owned(),
            authentication: ClientAuthentication::Body,
            consent: Consent::Automatic,
            allow: true,
            nonce: true,
            prompt: None,
            call: Some(Call {
                method: "GET".to_owned(),
                path: "/clinical/v1/biomarkers/me".to_owned(),
                scope: Some("read:biomarkers".to_owned()),
            }),
            outside_call: Some(Call {
                method: "GET".to_owned(),
                path: "/payments/v1/payments".to_owned(),
                scope: Some("read:payments".to_owned()),
            }),
        },
        at: None,
        runs: Vec::new(),
        exchanges: Vec::new(),
        credentials: vec![
            credential(&facts.code, CredentialKind::Code),
            credential(&facts.access_token, CredentialKind::AccessToken),
            credential(&facts.refresh_token, CredentialKind::RefreshToken),
        ],
        facts,
        waiting: None,
        skipped: Vec::new(),
        kept: false,
        created_at: NOW,
        updated_at: NOW,
    };
    walk(&mut session);
    session
}

fn facts() -> Facts {
    Facts {
        metadata: Some(std::sync::Arc::new(serde_json::json!({
            "issuer": "http://localhost:9400",
            "authorization_endpoint": "http://localhost:9400/v1/oauth/authorize",
            "token_endpoint": "http://localhost:9400/v1/oauth/token",
            "revocation_endpoint": "http://localhost:9400/v1/oauth/revoke",
            "authorization_response_iss_parameter_supported": true,
        }))),
        verifier: Some(token("", 'v')),
        challenge: Some(token("", 'c')),
        state: Some("af0ifjsldkj".to_owned()),
        nonce: Some("n-0S6_WzA2Mj".to_owned()),
        id_token: Some("eyJh.eyJz.c2ln".to_owned()),
        callback_url: Some(format!(
            "{REDIRECT}?code={}&state=af0ifjsldkj&iss=http%3A%2F%2Flocalhost%3A9400",
            token("lph_ac_", 'k')
        )),
        code: Some(token("lph_ac_", 'k')),
        access_token: Some(token("lph_at_", 'a')),
        refresh_token: Some(token("lph_rt_", 'r')),
        old_refresh_token: Some(token("lph_rt_", 'o')),
        granted: vec!["openid".to_owned(), "read:biomarkers".to_owned()],
        cookies: vec![("lph_session".to_owned(), token("lph_ss_", 'q'))],
        ..Facts::default()
    }
}

fn walk(session: &mut Session) {
    use Party::{App, Browser, Identity, Service};
    let base = session.target.base_url.clone();
    let back = session.facts.callback_url.clone().unwrap_or_default();
    let at = |path: &str| format!("{base}{path}");
    run(session, Step::Configure);
    let url = at("/.well-known/openid-configuration");
    exchange(session, (App, Identity), "GET", &url, 200);
    run(session, Step::Pkce);
    run(session, Step::AuthorizationUrl);
    run(session, Step::SignIn);
    let url = at(
        "/v1/oauth/authorize?response_type=code&client_id=client_01HXYDEMO&scope=openid+read%3Abiomarkers&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback&state=af0ifjsldkj&nonce=n-0S6_WzA2Mj&code_challenge_method=S256&code_challenge=",
    );
    let url = url + &token("", 'c');
    exchange(session, (Browser, Identity), "GET", &url, 303);
    exchange(session, (Browser, Identity), "POST", &at("/consent"), 303);
    run(session, Step::Callback);
    exchange(session, (Browser, App), "GET", &back, 200);
    run(session, Step::Token);
    exchange(
        session,
        (App, Identity),
        "POST",
        &at("/v1/oauth/token"),
        200,
    );
    run(session, Step::IdToken);
    let url = at("/.well-known/jwks.json");
    exchange(session, (App, Identity), "GET", &url, 200);
    run(session, Step::Api);
    let url = at("/clinical/v1/biomarkers/me");
    exchange(session, (App, Service), "GET", &url, 200);
    let url = at("/payments/v1/payments");
    exchange(session, (App, Service), "GET", &url, 403);
    refuse(session, "insufficient_scope");
    for (step, path) in [
        (Step::Introspect, "/v1/oauth/introspect"),
        (Step::Refresh, "/v1/oauth/token"),
        (Step::Reuse, "/v1/oauth/token"),
        (Step::Revoke, "/v1/oauth/revoke"),
    ] {
        run(session, step);
        let status = if step == Step::Reuse { 400 } else { 200 };
        exchange(session, (App, Identity), "POST", &at(path), status);
        if step == Step::Reuse {
            refuse(session, "invalid_grant");
        }
    }
    run(session, Step::AfterRevoke);
    let url = at("/clinical/v1/biomarkers/me");
    exchange(session, (App, Service), "GET", &url, 401);
    refuse(session, "invalid_token");
}

/// Takes a step.
pub(crate) fn run(session: &mut Session, step: Step) {
    let number = u32::try_from(session.runs.len()).expect("few") + 1;
    let check = |name: &str, passed| Check {
        name: name.to_owned(),
        about: "It belongs to this request.".to_owned(),
        expected: "af0ifjsldkj".to_owned(),
        received: "af0ifjsldkj".to_owned(),
        passed,
        source: "RFC 6749 §10.12".to_owned(),
    };
    let shown = |name: &str, value: &str, how: &str| Shown {
        name: name.to_owned(),
        value: value.to_owned(),
        how: how.to_owned(),
        source: "RFC 7636 §4.1".to_owned(),
    };
    session.runs.push(Run {
        number,
        step,
        at: NOW,
        took_ms: 3,
        set_aside: false,
        tamper: None,
        edited: false,
        prediction: None,
        answered: (step == Step::SignIn).then_some(Answered {
            place: Place::Redirect,
            status: None,
            error: None,
        }),
        outcome: Outcome {
            verdict: Verdict::Done,
            words: format!("{} went as it should.", step.title()),
            fix: None,
        },
        shown: match step {
            Step::Pkce => vec![
                shown(
                    "code_verifier",
                    &token("", 'v'),
                    "32 random bytes in base64url",
                ),
                shown(
                    "code_challenge",
                    &token("", 'c'),
                    "BASE64URL(SHA-256(code_verifier))",
                ),
            ],
            Step::Callback => vec![
                shown("code", &token("lph_ac_", 'k'), "From the callback URL"),
                shown("state", "af0ifjsldkj", "From the callback URL"),
            ],
            _ => Vec::new(),
        },
        checks: match step {
            Step::Callback => vec![check("state_matches", true), check("iss_matches", true)],
            Step::IdToken => vec![check("signature_is_good", true)],
            _ => Vec::new(),
        },
        claims: Vec::new(),
        main_exchange: None,
        spoiled: None,
        before: session.facts.clone().into(),
    });
}

/// Sends a request in the last run.
pub(crate) fn exchange(
    session: &mut Session,
    (from, to): (Party, Party),
    method: &str,
    url: &str,
    status: u16,
) {
    let number = u32::try_from(session.exchanges.len()).expect("few") + 1;
    let run = session.runs.last_mut().expect("a run");
    run.main_exchange = Some(number);
    session.exchanges.push(Exchange {
        number,
        run: run.number,
        label: "Request".to_owned(),
        from,
        to,
        at: NOW,
        method: method.to_owned(),
        url: url.to_owned(),
        status: Some(status),
        error: None,
        failed: None,
        fix: None,
        timing: Timing {
            done_us: 1234,
            ..Timing::default()
        },
        hidden: false,
        server: None,
        tls: false,
        prediction: None,
        answered: None,
    });
}

fn refuse(session: &mut Session, error: &str) {
    let last = session.exchanges.last_mut().expect("an exchange");
    last.error = Some(error.to_owned());
}
