//! No credential gets into what is handed over, and programs are made of what was sent.

use connect_core::domain::redaction::is_clean;

use super::*;
use crate::samples;

const FORMS: [Form; 5] = [Form::Curl, Form::Node, Form::Python, Form::Rust, Form::Text];

fn handed(session: &Session, bytes: &BTreeMap<u32, Bytes>, form: Form) -> HandedOver {
    hand_over(session, bytes, form, None).expect("every template works")
}

fn secrets(session: &Session) -> Vec<String> {
    let facts = &session.facts;
    let mut all = vec![
        facts.verifier.clone(),
        facts.code.clone(),
        facts.id_token.clone(),
        facts.old_refresh_token.clone(),
        session.setup.client_secret.clone(),
    ];
    all.extend(session.credentials.iter().map(|it| Some(it.value.clone())));
    all.extend(facts.cookies.iter().map(|(_, value)| Some(value.clone())));
    all.into_iter().flatten().collect()
}

#[test]
fn nothing_that_is_handed_over_holds_a_credential() {
    let session = samples::session();
    let bytes = samples::bytes(&session);
    let sent: Vec<u8> = bytes.values().flat_map(|it| it.request.clone()).collect();
    assert!(!is_clean(&String::from_utf8_lossy(&sent)), "there are some");
    for form in FORMS {
        let handed = handed(&session, &bytes, form);
        for secret in secrets(&session) {
            assert!(!handed.text.contains(&secret), "{secret} in {form:?}");
        }
        for prefix in ["lph_", "secret_s", "eyJ"] {
            assert!(!handed.text.contains(prefix), "{prefix} in {form:?}");
        }
        // The last line of defence had nothing to do: a marker would break a program.
        let is_marked = handed.text.contains("[access_token ");
        assert_eq!(is_marked, form == Form::Text, "{form:?}");
    }
}

#[test]
fn a_program_does_what_was_done_and_knows_what_was_answered() {
    let session = samples::session();
    let bytes = samples::bytes(&session);
    let node = handed(&session, &bytes, Form::Node);
    assert_eq!(node.file_name, "a-walk.mjs");
    assert_eq!(
        node.run,
        [
            "connect-sandbox env --app 'My Lab Aggregator' > .env",
            "printf '%s\\n' LOOP_REDIRECT_URI=http://localhost:3000/callback >> .env",
            "node --env-file=.env a-walk.mjs",
        ]
    );
    for wanted in [
        "// Every request is as it was sent then. Addresses and secrets come from .env, which is made by:\n//   connect-sandbox env --app 'My Lab Aggregator' > .env\n//   printf '%s\\n' LOOP_REDIRECT_URI=http://localhost:3000/callback >> .env\n",
        "[\"code_challenge\", challenge],",
        "[\"code_verifier\", verifier],",
        "await send(\"Request\", 400, \"POST\", TOKEN_URL",
        "`${CLINICAL_URL}/v1/biomarkers/me`",
        "`Bearer ${accessToken2}`",
        "check(\"the issuer\", answer.get(\"iss\"), ISSUER);",
        "// Answered then: 403 insufficient_scope",
    ] {
        assert!(node.text.contains(wanted), "{wanted} in\n{}", node.text);
    }
    let rust = handed(&session, &bytes, Form::Rust);
    assert_eq!(rust.beside[0].0, "Cargo.toml");
    let curl = handed(&session, &bytes, Form::Curl);
    assert!(
        curl.text
            .contains("-H \"Authorization: Bearer ${ACCESS_TOKEN}\"")
    );
}

/// Changes the body of the token request.
fn tampered(change: impl FnOnce(String) -> String) -> (Session, BTreeMap<u32, Bytes>) {
    let mut session = samples::session();
    let mut bytes = samples::bytes(&session);
    let token = session.exchanges.iter().position(|it| it.number == 5);
    let exchange = &mut session.exchanges[token.expect("a token request")];
    exchange.status = Some(401);
    exchange.error = Some("invalid_client".to_owned());
    let sent = bytes.get_mut(&5).expect("its bytes");
    let text = String::from_utf8(sent.request.clone()).expect("text");
    sent.request = change(text).into_bytes();
    (session, bytes)
}

#[test]
fn what_went_wrong_on_purpose_goes_wrong_in_the_program_without_the_secret() {
    let secret = samples::session().setup.client_secret.expect("a secret");
    let (mut session, bytes) = tampered(|text| text.replace(&secret, &format!("{secret}%0A")));
    let run = session.runs.iter_mut().find(|it| it.number == 6);
    run.expect("the token run").tamper = Some("secret_with_white_space".to_owned());
    let node = handed(&session, &bytes, Form::Node).text;
    assert!(node.contains(r"`${CLIENT_SECRET}\n`"), "{node}");
    assert!(node.contains("// On purpose: A secret with a line break."));
    assert!(node.contains("await send(\"Request\", 401, \"POST\""));
    let curl = handed(&session, &bytes, Form::Curl).text;
    assert!(
        curl.contains("\"client_secret=${LOOP_CLIENT_SECRET}\n\""),
        "{curl}"
    );
    let python = handed(&session, &bytes, Form::Python).text;
    assert!(python.contains(r#"f"{CLIENT_SECRET}\n""#), "{python}");
    let rust = handed(&session, &bytes, Form::Rust).text;
    assert!(rust.contains(r#"&format!("{client_secret}\n")"#), "{rust}");

    // A part of it is as telling as the whole.
    let (session, bytes) = tampered(|text| text.replace(&secret, &secret[..secret.len() - 9]));
    for form in FORMS {
        let text = handed(&session, &bytes, form).text;
        assert!(!text.contains(&secret[..20]), "{form:?}");
        let is_program = form != Form::Text;
        assert_eq!(
            text.contains("not_the_client_secret"),
            is_program,
            "{form:?}"
        );
    }
}

#[test]
fn basic_credentials_are_made_by_the_program() {
    use base64::Engine as _;
    let mut session = samples::session();
    let mut bytes = samples::bytes(&session);
    let setup = &mut session.setup;
    let pair = format!(
        "{}:{}",
        setup.client_id,
        setup.client_secret.clone().expect("a secret")
    );
    let pair = base64::engine::general_purpose::STANDARD.encode(pair);
    let sent = bytes.get_mut(&5).expect("the token request");
    let text = String::from_utf8(sent.request.clone()).expect("text");
    let text = text.replace(
        "\r\n\r\n",
        &format!("\r\nAuthorization: Basic {pair}\r\n\r\n"),
    );
    sent.request = text.into_bytes();
    for (form, wanted) in [
        (Form::Node, "`Basic ${credentials}`"),
        (Form::Python, "f\"Basic {credentials}\""),
        (Form::Rust, "&format!(\"Basic {credentials}\")"),
        (Form::Curl, "\"Authorization: Basic ${CREDENTIALS}\""),
    ] {
        let text = handed(&session, &bytes, form).text;
        assert!(text.contains(wanted), "{text}");
        assert!(!text.contains(&pair));
    }
}

#[test]
fn names_end_no_comment_and_no_text() {
    let mut session = samples::session();
    session.name = "*/ \"\"\" `x` $(id)\n'; rm".to_owned();
    let bytes = samples::bytes(&session);
    for form in FORMS {
        let handed = handed(&session, &bytes, form);
        let is_program = form != Form::Text;
        for ends in ["$(id)", "*/ ", "`x`"] {
            assert!(!is_program || !handed.text.contains(ends), "{form:?}");
        }
        assert!(handed.file_name.contains("x-id-rm") || form == Form::Python || form == Form::Rust);
    }
}

/// Whoever sends the callback names its parameters, and has a name come twice. The program knows those that slips change.
#[test]
fn of_a_callback_only_what_a_slip_changed_is_in_a_program() {
    use connect_core::domain::walk::Step;
    let mut session = samples::session();
    let bytes = samples::bytes(&session);
    let mut url = session.facts.callback_url.clone().unwrap_or_default();
    let sign = if url.contains('?') { '&' } else { '?' };
    url.push(sign);
    url.push_str("%24(pwned)=1&%24(pwned)=2&%60pwned%60=1&state%22;pwned;%22=1&/e;s/x/pwned/=1");
    let came = crate::plan::Request::get(url.clone()).query();
    assert!(came.iter().any(|(name, _)| name == "$(pwned)"), "{came:?}");
    session.facts.callback_url = Some(url);
    let run = session.runs.iter_mut().find(|it| it.step == Step::Callback);
    let run = run.expect("the callback");
    run.tamper = Some("altered_state".to_owned());
    run.checks[0].passed = false;
    run.shown.clear();
    for (name, value) in came.into_iter().filter(|(name, _)| name != "state") {
        run.shown.push(crate::session::Shown {
            name,
            // As if every one had changed.
            value: format!("{value}9"),
            how: "From the callback URL".to_owned(),
            source: String::new(),
        });
    }
    run.shown.push(crate::session::Shown {
        name: "state".to_owned(),
        value: "\"; $(touch state)`".to_owned(),
        how: "From the callback URL".to_owned(),
        source: String::new(),
    });
    for (form, changed) in [
        (
            Form::Curl,
            "answer=\"$answer&state=%22%3B+%24%28touch+state%29%60\"\n",
        ),
        (
            Form::Node,
            "answer.set(\"state\", \"\\\"; $(touch state)`\");\n",
        ),
        (
            Form::Python,
            "answer[\"state\"] = \"\\\"; $(touch state)`\"\n",
        ),
        (
            Form::Rust,
            "answer.push((\"state\".to_owned(), \"\\\"; $(touch state)`\".to_owned()));\n",
        ),
    ] {
        let text = handed(&session, &bytes, form).text;
        assert!(text.contains(changed), "{changed} in\n{text}");
        assert!(!text.contains("pwned"), "{text}");
    }
}

#[test]
fn another_targets_answers_about_people_stay_here() {
    let mut session = samples::session();
    session.target.own = false;
    let bytes = samples::bytes(&session);
    let text = handed(&session, &bytes, Form::Text).text;
    assert!(text.contains("(2 bytes, left out)"), "{text}");
    // Its programs bring their own settings, all but the secret, and say so.
    let node = handed(&session, &bytes, Form::Node);
    let said = "come from .env, which comes with this file: put the client secret into it";
    assert!(node.text.contains(said), "{}", node.text);
    assert_eq!(node.beside[0].0, ".env");
}

/// Node.js knows no escapes in `.env`: what a shell needs one for is no line of it.
#[test]
fn what_nodejs_would_misread_is_given_when_the_program_is_run() {
    let odd = "http://localhost:3000/it's/$(echo,x)";
    let command = r"LOOP_REDIRECT_URI='http://localhost:3000/it'\''s/$(echo,x)' node --env-file=.env a-walk.mjs";
    let mut session = samples::session();
    let bytes = samples::bytes(&session);
    session.setup.redirect_uri = odd.to_owned();
    let node = handed(&session, &bytes, Form::Node);
    assert_eq!(
        node.run[1..],
        ["printf '%s\\n' LOOP_REDIRECT_URI= >> .env", command]
    );
    assert!(
        node.text.contains(&format!("//   {command}\n")),
        "{}",
        node.text
    );
    session.target.own = false;
    let node = handed(&session, &bytes, Form::Node);
    assert_eq!(node.run, [command]);
    let env = &node.beside[0].1;
    assert!(
        env.contains("a line of it alike.\nLOOP_REDIRECT_URI=\n"),
        "{env}"
    );
    // A shell, and what reads as one, has it in the file.
    for form in [Form::Curl, Form::Python, Form::Rust] {
        let handed = handed(&session, &bytes, form);
        let mut beside = handed.beside.iter();
        let env = &beside.find(|(name, _)| name == ".env").expect("it").1;
        let line = r#"LOOP_REDIRECT_URI="http://localhost:3000/it's/\$(echo,x)""#;
        assert!(env.contains(line), "{env}");
        assert!(!handed.run.concat().contains("LOOP_"), "{:?}", handed.run);
    }
    // Quotes alone are read alike by all.
    session.setup.redirect_uri = "http://localhost:3000/it's".to_owned();
    let node = handed(&session, &bytes, Form::Node);
    assert_eq!(node.run, ["node --env-file=.env a-walk.mjs"]);
    assert!(
        node.beside[0]
            .1
            .contains("LOOP_REDIRECT_URI=\"http://localhost:3000/it's\"\n")
    );
}

#[test]
fn the_story_tells_prediction_and_answer() {
    use crate::session::{Answered, Place, Prediction};
    let mut session = samples::session();
    let bytes = samples::bytes(&session);
    let expected = Answered {
        place: Place::Body,
        status: Some(400),
        error: Some("invalid_grant".to_owned()),
    };
    let run = &mut session.runs[10];
    run.answered = Some(expected.clone());
    run.prediction = Some(Prediction {
        expected,
        words: String::new(),
        because: "A refresh token works once.".to_owned(),
        source: "/connect/tokens".to_owned(),
        standing: connect_core::domain::standing::Standing::Documented,
        effects: Vec::new(),
        otherwise: None,
    });
    let text = handed(&session, &bytes, Form::Text).text;
    let wanted = "✓ As foreseen: 400 invalid_grant. A refresh token works once. (/connect/tokens)";
    assert!(text.contains(wanted), "{text}");
    session.runs[10].answered = Some(Answered {
        place: Place::Body,
        status: Some(200),
        error: None,
    });
    let text = handed(&session, &bytes, Form::Text).text;
    assert!(
        text.contains("✗ Foreseen was 400 invalid_grant, answered 200."),
        "{text}"
    );
}
