//! No credential of a session is seen, however it is written.

use connect_core::domain::redaction::is_clean;

use super::*;
use crate::samples;

fn masked(text: &str) -> String {
    Mask::of(&samples::session()).text(text)
}

#[test]
fn a_credential_becomes_its_kind_and_the_first_digits_of_its_hash() {
    let session = samples::session();
    let token = session.facts.access_token.clone().expect("a token");
    let digits = CredentialHash::of(&token).to_hex();
    let expected = format!(
        "GET /x\r\nAuthorization: Bearer [access_token {}]\r\n\r\n",
        &digits[..8]
    );
    assert_eq!(
        masked(&format!("GET /x\r\nAuthorization: Bearer {token}\r\n\r\n")),
        expected
    );
    assert_eq!(masked(&token), format!("[access_token {}]", &digits[..8]));
}

#[test]
fn an_opaque_secret_is_found_plain_in_a_form_in_a_url_in_json_and_in_basic_credentials() {
    let mut session = samples::session();
    let secret = "s&cr\"t /+ of another kind";
    session.setup.client_secret = Some(secret.to_owned());
    let mask = Mask::of(&session);
    let marker = mask.marker_of(secret).expect("known");
    let pair = STANDARD.encode(format!("{}:{secret}", session.setup.client_id));
    let encoded = STANDARD.encode(format!("{}:{}", session.setup.client_id, form(secret)));
    for (text, expected) in [
        (secret.to_owned(), marker.clone()),
        (form(secret), marker.clone()),
        (
            utf8_percent_encode(secret, RESERVED).to_string(),
            marker.clone(),
        ),
        (
            serde_json::json!({ "x": secret }).to_string(),
            format!("{{\"x\":\"{marker}\"}}"),
        ),
        (
            format!("a=1&client_secret={}&b=2", form(secret)),
            format!("a=1&client_secret={marker}&b=2"),
        ),
    ] {
        assert_eq!(mask.text(&text), expected, "{text}");
    }
    for pair in [pair, encoded] {
        let shown = mask.text(&format!("Basic {pair}"));
        assert!(shown.starts_with("Basic [basic_credentials "), "{shown}");
        let shown = mask.text(&format!(
            "POST /t HTTP/1.1\r\nAuthorization: Basic {pair}\r\n\r\n"
        ));
        assert!(shown.contains("Basic [basic_credentials "), "{shown}");
        assert!(!shown.contains(&pair), "{shown}");
    }
}

#[test]
fn what_the_session_does_not_know_is_found_by_shape_and_place() {
    let unknown = "lph_rt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let shown = masked(&format!(
        "refresh_token={unknown}&client_secret=secret_altered_on_purpose_1"
    ));
    assert!(
        is_clean(
            &shown
                .replace("refresh_token=", "")
                .replace("client_secret=", "")
        ),
        "{shown}"
    );
    assert!(!shown.contains("altered"), "{shown}");
    let shown = masked("http://localhost:3000/callback?code=opaque&state=s%20t");
    assert!(!shown.contains("opaque"), "{shown}");
    assert!(shown.ends_with("&state=s%20t"), "{shown}");
}

#[test]
fn cookies_are_masked_whatever_they_are_called_and_settings_elsewhere_are_not() {
    let message = "HTTP/1.1 200 OK\r\nSet-Cookie: sid=abc; Path=/; HttpOnly\r\nset-cookie: b=2\r\n\r\nCookie: abc";
    let shown = masked(message);
    assert!(!shown.contains("sid=abc"), "{shown}");
    assert!(shown.contains("; Path=/; HttpOnly\r\n"), "{shown}");
    assert!(shown.ends_with("\r\n\r\nCookie: abc"), "{shown}");
    let shown = masked("GET / HTTP/1.1\r\nCookie: a=1; b=2\r\n\r\n");
    assert!(!shown.contains("a=1") && !shown.contains("b=2"), "{shown}");
    assert!(shown.contains("Cookie: a=[cookie "), "{shown}");
}

#[test]
fn earlier_runs_are_known_too_and_the_verifier_only_when_asked() {
    let mut session = samples::session();
    let verifier = session.facts.verifier.clone().expect("a verifier");
    let before = std::sync::Arc::make_mut(&mut session.runs[0].before);
    before.access_token = Some("an-opaque-token-of-before".to_owned());
    let text = format!("{verifier} an-opaque-token-of-before");
    let shown = Mask::of(&session).text(&text);
    assert!(shown.starts_with(&verifier), "{shown}");
    assert!(shown.contains(" [access_token "), "{shown}");
    let shown = Mask::and_verifiers(&session).text(&text);
    assert!(shown.starts_with("[code_verifier "), "{shown}");
    session.facts.verifier = Some(URL_SAFE_NO_PAD.encode([7; 32]));
    let random = "07".repeat(32);
    assert!(!Mask::and_verifiers(&session).is_clean(&random));
    assert!(Mask::and_verifiers(&session).is_clean("nothing here"));
}

#[test]
fn bytes_that_are_no_text_stay_as_they_are() {
    let session = samples::session();
    let token = session.facts.access_token.clone().expect("a token");
    let mut bytes = vec![0xff, 0x00, 0x80];
    bytes.extend_from_slice(token.as_bytes());
    bytes.push(0xfe);
    let shown = mask(&session, &bytes);
    assert_eq!(&shown[..3], [0xff, 0x00, 0x80]);
    assert_eq!(shown.last(), Some(&0xfe));
    assert!(!shown.windows(7).any(|it| it == b"lph_at_"));
}
