//! The diagram matches the exchanges one to one, shows no credential, and is well formed whatever stands in it.

use connect_core::domain::redaction::is_clean;

use super::*;
use crate::samples::{self, session};
use crate::session::{Answered, Check, Place, Prediction, Shown, Verdict};
use connect_core::domain::standing::Standing;

#[test]
fn every_exchange_is_an_arrow_there_and_one_back_in_order() {
    let session = session();
    let drawn = diagram(&session, false);
    let of = |kind| {
        let arrows = drawn.arrows.iter().filter(move |it| it.kind == kind);
        arrows.collect::<Vec<_>>()
    };
    let (asked, answered) = (of(ArrowKind::Request), of(ArrowKind::Response));
    assert_eq!(asked.len(), session.exchanges.len());
    assert_eq!(answered.len(), session.exchanges.len());
    for (exchange, (there, back)) in session.exchanges.iter().zip(asked.iter().zip(&answered)) {
        assert_eq!(there.exchange, Some(exchange.number));
        assert_eq!(back.exchange, Some(exchange.number));
        assert_eq!((there.from, there.to), (exchange.from, exchange.to));
        assert_eq!((back.from, back.to), (exchange.to, exchange.from));
        assert_eq!((there.run, back.run), (exchange.run, exchange.run));
        assert_eq!(back.bad, exchange.error.is_some());
    }
    let lanes: Vec<(&str, &str)> = drawn
        .lanes
        .iter()
        .map(|lane| (&*lane.title, &*lane.detail))
        .collect();
    assert_eq!(
        lanes,
        [
            ("Browser", "ada@example.com"),
            ("App", "My Lab Aggregator"),
            ("Identity", "localhost:9400"),
            ("Services", "clinical, payments"),
        ]
    );
}

#[test]
fn the_diagram_reads_as_the_flow() {
    let drawn = diagram(&session(), false);
    insta::assert_snapshot!(mermaid(&drawn), @r#"
    sequenceDiagram
        accTitle: A walk
        participant browser as Browser<br/>ada@example.com
        participant app as App<br/>My Lab Aggregator
        participant identity as Identity<br/>localhost:9400
        participant services as Services<br/>clinical, payments
        Note over browser,services: 1. Configure
        app->>identity: GET /.well-known/openid-configuration<br/>Request
        identity-->>app: 200 OK<br/>metadata · 1.2 ms
        Note over browser,services: 2. Verifier and challenge
        Note over app: Made verifier and challenge<br/>BASE64URL(SHA-256(code_verifier))
        Note over browser,services: 3. Authorization URL
        Note over app: Made the authorization URL
        Note over browser,services: 4. Sign-in and consent
        app--)browser: (the authorization URL<br/>the app sends the browser to the server)
        browser->>identity: GET /v1/oauth/authorize<br/>Request with 8 parameters
        identity-->>browser: 303 See Other<br/>1.2 ms
        browser->>identity: POST /consent<br/>Request
        identity-->>browser: 303 See Other<br/>to the callback, with a code · 1.2 ms
        Note over browser,services: 5. Callback
        Note over app: Got the callback<br/>code, state
        browser->>app: GET http://localhost:3000/callback<br/>Request: code, state, iss
        app-->>browser: 200 OK<br/>1.2 ms
        Note over app: Checked the callback<br/>state matches, iss matches
        Note over browser,services: 6. Token exchange
        app->>identity: POST /v1/oauth/token<br/>Request
        identity-->>app: 200 OK<br/>1.2 ms
        Note over browser,services: 7. id_token
        app->>identity: GET /.well-known/jwks.json<br/>Request
        identity-->>app: 200 OK<br/>the published keys · 1.2 ms
        Note over app: Verified the id_token<br/>signature is good
        Note over browser,services: 8. API calls
        app->>services: GET /clinical/v1/biomarkers/me<br/>Request
        services-->>app: 200 OK<br/>1.2 ms
        app->>services: GET /payments/v1/payments<br/>Request
        services--xapp: 403 insufficient_scope<br/>1.2 ms
        Note over browser,services: 9. Introspection
        app->>identity: POST /v1/oauth/introspect<br/>Request
        identity-->>app: 200 OK<br/>1.2 ms
        Note over browser,services: 10. Refresh
        app->>identity: POST /v1/oauth/token<br/>Request
        identity-->>app: 200 OK<br/>1.2 ms
        Note over browser,services: 11. Reuse of the old refresh token
        app->>identity: POST /v1/oauth/token<br/>Request
        identity--xapp: 400 invalid_grant<br/>1.2 ms
        Note over browser,services: 12. Revocation
        app->>identity: POST /v1/oauth/revoke<br/>Request
        identity-->>app: 200 OK<br/>1.2 ms
        Note over browser,services: 13. The call that now fails
        app->>services: GET /clinical/v1/biomarkers/me<br/>Request
        services--xapp: 401 invalid_token<br/>1.2 ms
    "#);
}

#[test]
fn where_the_browser_is_sent_is_an_arrow_that_is_no_exchange() {
    let mut session = session();
    // Nothing of ours listens at the redirect URI: the way back is seen, and is no exchange.
    session.exchanges.retain(|it| it.to != Party::App);
    let drawn = diagram(&session, false);
    let ways: Vec<_> = drawn
        .arrows
        .iter()
        .filter(|it| it.kind == ArrowKind::Navigation)
        .map(|it| {
            (
                it.step,
                it.from,
                it.to,
                &*it.label,
                &*it.detail,
                it.exchange,
            )
        })
        .collect();
    assert_eq!(
        ways,
        [
            (
                Step::SignIn,
                Party::App,
                Party::Browser,
                "the authorization URL",
                "the app sends the browser to the server",
                None
            ),
            (
                Step::Callback,
                Party::Browser,
                Party::App,
                "the callback",
                "code, state",
                None
            ),
        ]
    );
    let exchanges = |kind| {
        let arrows = drawn.arrows.iter().filter(move |it| it.kind == kind);
        arrows.map(|it| it.exchange).collect::<Vec<_>>()
    };
    let all: Vec<_> = session.exchanges.iter().map(|it| Some(it.number)).collect();
    assert_eq!(exchanges(ArrowKind::Request), all);
    assert_eq!(exchanges(ArrowKind::Response), all);
    assert!(mermaid(&drawn).contains("browser--)app: (the callback<br/>code, state)"));
    let picture = svg(&drawn);
    assert!(picture.contains(r#"<g class="navigation">"#));
    assert!(picture.contains("Browser on its way, no request of ours"));
}

#[test]
fn an_answer_says_what_it_carries_and_a_refusal_whether_it_was_foreseen() {
    let mut session = session();
    let token = session.runs.iter_mut().find(|it| it.step == Step::Token);
    let token = token.expect("a token exchange");
    token.shown = ["access_token", "expires_in", "refresh_token", "id_token"]
        .map(|name| Shown {
            name: name.to_owned(),
            value: "x".to_owned(),
            how: String::new(),
            source: String::new(),
        })
        .to_vec();
    let came = Answered {
        place: Place::Body,
        status: Some(403),
        error: Some("insufficient_scope".to_owned()),
    };
    let refused = session
        .exchanges
        .iter_mut()
        .find(|it| it.status == Some(403));
    let refused = refused.expect("a refusal");
    refused.prediction = Some(Prediction {
        expected: came.clone(),
        words: String::new(),
        because: String::new(),
        source: String::new(),
        standing: Standing::Documented,
        effects: Vec::new(),
        otherwise: None,
    });
    refused.answered = Some(came);
    refused.timing.done_us = 3_480;
    let drawn = diagram(&session, false);
    let answers = drawn
        .arrows
        .iter()
        .filter(|it| it.kind == ArrowKind::Response);
    let answers: Vec<(&str, &str)> = answers.map(|it| (&*it.label, &*it.detail)).collect();
    assert_eq!(answers[0], ("200 OK", "metadata · 1.2 ms"));
    assert_eq!(answers[1], ("303 See Other", "1.2 ms"));
    assert_eq!(
        answers[2],
        ("303 See Other", "to the callback, with a code · 1.2 ms")
    );
    assert_eq!(answers[4], ("200 OK", "access, refresh, id_token · 1.2 ms"));
    let known: Vec<(&str, &str, bool)> = drawn
        .arrows
        .iter()
        .filter(|it| it.bad)
        .map(|it| (&*it.label, &*it.detail, it.foreseen))
        .collect();
    assert_eq!(
        known,
        [
            ("403 insufficient_scope", "3.5 ms", true),
            ("400 invalid_grant", "1.2 ms", false),
            ("401 invalid_token", "1.2 ms", false),
        ]
    );
    let picture = svg(&drawn);
    assert!(picture.contains("⊘ 403 insufficient_scope"));
    assert!(picture.contains("✗ 401 invalid_token"));
    assert!(mermaid(&drawn).contains("403 insufficient_scope<br/>3.5 ms<br/>as foreseen"));
}

#[test]
fn times_are_rounded() {
    for (us, words) in [
        (0, ""),
        (3_449, "3.4 ms"),
        (3_450, "3.5 ms"),
        (9_949, "9.9 ms"),
        (9_950, "10 ms"),
        (32_499, "32 ms"),
        (9_999_500, "10 s"),
    ] {
        assert_eq!(millis(us), words, "{us}");
    }
}

#[test]
fn what_was_set_aside_is_left_out_unless_asked_for() {
    let mut session = session();
    session.runs[5].set_aside = true;
    let short = diagram(&session, false);
    let number = session.runs[5].number;
    assert!(short.arrows.iter().all(|arrow| arrow.run != number));
    let whole = diagram(&session, true);
    let aside: Vec<&Arrow> = whole
        .arrows
        .iter()
        .filter(|arrow| arrow.run == number)
        .collect();
    assert_eq!(aside[0].label, "Set aside");
    assert_eq!(aside.len(), 3);
}

#[test]
fn failures_are_marked_and_nothing_answered_is_said() {
    let mut session = session();
    let callback = session
        .runs
        .iter_mut()
        .find(|run| run.step == Step::Callback);
    let callback = callback.expect("a callback");
    callback.checks = vec![Check {
        passed: false,
        ..callback.checks[0].clone()
    }];
    callback.tamper = Some("altered_state".to_owned());
    let number = callback.number;
    session.exchanges[3].status = None;
    session.exchanges[4].status = None;
    session.exchanges[4].failed = Some("connection refused".to_owned());
    let drawn = diagram(&session, false);
    let of_run: Vec<(&str, &str, bool)> = drawn
        .arrows
        .iter()
        .filter(|arrow| arrow.run == number)
        .map(|arrow| (&*arrow.label, &*arrow.detail, arrow.bad))
        .collect();
    assert_eq!(
        of_run,
        [
            ("Wrong on purpose", "Another state", false),
            ("Got the callback", "code, state", false),
            (
                "GET http://localhost:3000/callback",
                "Request: code, state, iss",
                false
            ),
            ("caught", "the console stopped it before it left", false),
            ("Failed: state matches", "the app stops here", true),
        ]
    );
    let answer = drawn
        .arrows
        .iter()
        .rfind(|arrow| arrow.exchange == Some(5))
        .expect("an answer");
    assert_eq!(
        (&*answer.label, &*answer.detail, answer.bad),
        ("no answer", "connection refused", true)
    );
    assert!(svg(&drawn).contains("✗ Failed: state matches"));
}

#[test]
fn a_step_that_stopped_before_it_sent_anything_says_so() {
    let mut session = session();
    samples::run(&mut session, Step::Token);
    let last = session.runs.last_mut().expect("a run");
    last.outcome.verdict = Verdict::Failed;
    last.outcome.words = "There is no code.".to_owned();
    let drawn = diagram(&session, false);
    let last = drawn.arrows.last().expect("a note");
    assert_eq!(
        (&*last.label, &*last.detail),
        ("Stopped", "There is no code.")
    );
    assert!(last.bad);
}

#[test]
fn no_credential_and_no_markup_gets_into_a_picture() {
    let mut session = session();
    let token = session.facts.access_token.clone().expect("a token");
    session.name = format!("<script>{token}</script>; # \"x\" %%{{init}}%% $$x$$");
    session.setup.app_name = Some("]]> & 'me'".to_owned());
    session.exchanges[6].url =
        format!("http://localhost:9400/clinical/{token}?access_token={token}&a;b#c");
    session.exchanges[6].failed = Some(format!("\u{0}\u{1b}[31m {token}"));
    session.exchanges[6].status = None;
    session.exchanges[5].label = "wrap: <b>; end".to_owned();
    let drawn = diagram(&session, true);
    for text in [svg(&drawn), mermaid(&drawn)] {
        assert!(is_clean(&text), "{text}");
        assert!(
            !text.contains(&token) && !text.contains("<script"),
            "{text}"
        );
        assert!(!text.contains('\u{0}') && !text.contains('\u{1b}'));
    }
    let text = mermaid(&drawn);
    assert!(!text.contains("%%") && !text.contains("$$"), "{text}");
    for line in text.lines() {
        let codes = line.matches(';').count();
        assert_eq!(codes, line.matches('#').count(), "{line}");
    }
}

#[test]
fn nothing_at_all_is_a_diagram_too() {
    let mut session = session();
    session.runs.clear();
    session.exchanges.clear();
    let drawn = diagram(&session, false);
    assert_eq!(drawn.lanes.len(), 1);
    assert!(svg(&drawn).ends_with("</svg>\n"));
    assert!(mermaid(&drawn).starts_with("sequenceDiagram\n"));
}

#[test]
fn the_picture_stands_for_itself() {
    let text = svg(&diagram(&session(), false));
    for foreign in [
        "href",
        "url(",
        "@import",
        "<script",
        "<image",
        "<foreignObject",
    ] {
        assert!(!text.contains(foreign), "{foreign}");
    }
    assert!(text.contains("prefers-color-scheme: dark"));
    assert!(text.contains(r#"role="img" aria-labelledby="title desc""#));
    assert!(
        text.contains("Identity answers App: 400 invalid_grant."),
        "{text}"
    );
}
