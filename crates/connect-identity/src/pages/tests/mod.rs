//! What holds for every page, checked on every sample page and on arbitrary text.

mod markup;

use http::{StatusCode, header};

use self::markup::{assert_balanced, outline, tags};
use super::sample::{HOSTILE, pages};
use super::{AppView, Consent, Page, PersonaView, ScopeView, SignIn, SignInReason};
use connect_core::protocol::scope::ScopeSet;

/// Every element a page may have, with its attributes. Markup that got through from outside would show up here, and so
/// would an inline style, a script or a handler.
const ALLOWED: &[(&str, &[&str])] = &[
    ("!doctype", &["html"]),
    ("html", &["lang"]),
    ("head", &[]),
    ("meta", &["charset", "name", "content"]),
    ("title", &[]),
    ("link", &["rel", "href", "type"]),
    ("body", &[]),
    ("header", &["class"]),
    ("main", &["class"]),
    ("footer", &["class"]),
    ("section", &["class", "aria-labelledby"]),
    ("article", &["class", "aria-labelledby"]),
    ("div", &["class"]),
    ("p", &["class"]),
    ("h1", &["id"]),
    ("h2", &["id"]),
    ("h3", &["id"]),
    ("ul", &["class", "aria-labelledby"]),
    ("li", &[]),
    ("dl", &["class"]),
    ("dt", &[]),
    ("dd", &[]),
    ("span", &["class"]),
    ("bdi", &["class"]),
    ("br", &[]),
    ("code", &["class"]),
    ("pre", &["class"]),
    ("ins", &[]),
    ("del", &[]),
    ("a", &["href", "target", "rel"]),
    ("img", &["src", "alt"]),
    ("form", &["class", "method", "action", "aria-label"]),
    ("input", &["type", "name", "value"]),
    ("button", &["class", "name", "value", "autofocus"]),
    ("svg", &["class", "viewBox", "aria-hidden", "focusable"]),
    ("rect", &["width", "height"]),
    ("circle", &["cx", "cy", "r"]),
    ("path", &["d"]),
    ("text", &["x", "y"]),
];

fn assert_sound(html: &str, page: &str) {
    let tags = tags(html);
    assert_balanced(&tags, page);
    for tag in &tags {
        let (_, attributes) = ALLOWED
            .iter()
            .find(|(name, _)| *name == tag.name)
            .unwrap_or_else(|| panic!("{page}: <{}> is not an element of our pages", tag.name));
        for (name, value) in &tag.attributes {
            assert!(
                attributes.contains(&name.as_str()),
                "{page}: {name} on <{}>",
                tag.name
            );
            if matches!(name.as_str(), "href" | "src") {
                let loads = ["/", "https://", "http://"]
                    .iter()
                    .any(|start| value.starts_with(start));
                assert!(
                    !value.starts_with("//") && (loads || value.starts_with("data:image/")),
                    "{page}: {value}"
                );
            }
        }
    }
    let turns = |c: char| matches!(c, '\u{200E}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2067}');
    assert!(
        !html
            .chars()
            .any(|c| (c.is_control() && c != '\n') || turns(c)),
        "{page}: a character that hides or turns text"
    );
}

#[test]
fn every_page_has_only_our_own_markup_whatever_it_shows() {
    for (name, page) in pages() {
        assert_sound(&page.render(), name);
    }
}

#[test]
fn every_page_has_one_title_one_heading_and_its_landmarks() {
    for (name, page) in pages() {
        let tags = tags(&page.render());
        for element in ["title", "h1", "main", "header", "footer"] {
            assert_eq!(
                tags.iter().filter(|tag| tag.is(element)).count(),
                1,
                "{name}: {element}"
            );
        }
        let html = tags
            .iter()
            .find(|tag| tag.is("html"))
            .expect("the root element");
        assert_eq!(html.attribute("lang"), Some("en"), "{name}");
        assert!(
            tags.iter()
                .any(|tag| tag.text.contains("not the real Loop")),
            "{name}"
        );
        let ids: Vec<_> = tags.iter().filter_map(|tag| tag.attribute("id")).collect();
        for (index, id) in ids.iter().enumerate() {
            assert!(!ids[..index].contains(id), "{name}: {id} twice");
        }
        for label in tags
            .iter()
            .filter_map(|tag| tag.attribute("aria-labelledby"))
        {
            assert!(ids.contains(&label), "{name}: nothing has the id {label}");
        }
    }
}

#[test]
fn every_form_posts_and_carries_the_session_bound_token() {
    let mut forms = 0;
    for (name, page) in pages() {
        let html = page.render();
        for form in html.split("<form ").skip(1) {
            forms += 1;
            let form = form.split("</form>").next().expect("the form");
            assert_eq!(
                form.matches(r#"<input type="hidden" name="csrf" value="csrf-sample">"#)
                    .count(),
                1,
                "{name}"
            );
            assert!(form.contains(r#"method="post""#), "{name}");
            assert!(form.contains("<button"), "{name}");
        }
    }
    assert!(forms > 20);
}

#[test]
fn every_answer_refuses_framing_and_keeping_and_opens_nothing_to_other_origins() {
    for (name, page) in pages() {
        let response = page.response(StatusCode::BAD_REQUEST);
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        let value = |name| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
        };
        assert!(
            value(header::CONTENT_SECURITY_POLICY).contains("frame-ancestors 'none'"),
            "{name}"
        );
        assert!(
            !value(header::CONTENT_SECURITY_POLICY).contains("form-action"),
            "{name}"
        );
        assert_eq!(value(header::X_FRAME_OPTIONS), "DENY", "{name}");
        assert_eq!(value(header::CACHE_CONTROL), "no-store", "{name}");
        assert_eq!(
            value(header::CONTENT_TYPE),
            "text/html; charset=utf-8",
            "{name}"
        );
        assert!(
            !response
                .headers()
                .contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN),
            "{name}"
        );
    }
}

#[test]
fn a_logo_on_this_machine_is_in_the_page_and_in_its_policy() {
    let mut page = small_consent("Acme");
    page.app.logo_uri = Some("http://localhost:3000/logo.png".into());
    let response = page.response(StatusCode::OK);
    assert!(
        response
            .body()
            .contains(r#"<img src="http://localhost:3000/logo.png" alt="">"#)
    );
    assert!(
        response.headers()[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .is_ok_and(|text| text.contains("http://localhost:3000;"))
    );
    page.app.logo_uri = Some("https://cdn.example.com/logo.png".into());
    let html = page.render();
    assert!(!html.contains("<img") && html.contains("Not loaded from cdn.example.com"));
}

#[test]
fn no_button_says_sign_in_with_loop() {
    for (name, page) in pages() {
        for button in page.render().split("<button").skip(1) {
            let label = button.split("</button>").next().expect("the button");
            assert!(
                !label.contains("Sign in with") && !label.contains("Log in"),
                "{name}"
            );
        }
    }
}

#[test]
fn long_names_do_not_make_long_pages() {
    let page = small_consent(&"A very long name ".repeat(300));
    let short = small_consent("A").render().len();
    assert!(page.render().len() < short + 1_000);
}

#[test]
fn the_persona_the_app_suggested_comes_first_and_is_said_to_be() {
    let mut page = small_sign_in("Acme");
    page.login_hint = Some("jonas@example.com".into());
    let html = page.render();
    let first = html.split("<button").nth(1).expect("a button");
    assert!(
        first.starts_with(r#" class="person" name="user_id" value="user_2" autofocus>"#),
        "{first}"
    );
    assert!(first.contains("Suggested by the app"));
    assert_eq!(html.matches("autofocus").count(), 1);
    page.login_hint = Some("nobody@example.com".into());
    let html = page.render();
    assert!(html.contains("No such person is in this sandbox") && !html.contains("autofocus"));
}

#[test]
fn the_sign_in_page_reads_in_this_order() {
    insta::assert_snapshot!(outline(&small_sign_in("Acme").render()), @r"
    header
    main
      h1 Choose a person
      form post /sign-in
        input hidden csrf token
        button user_id=user_1 Maya maya@example.com loop Two years of labs
        button user_id=user_2 Jonas jonas@example.com loop Two years of labs
      form post /decide
        input hidden csrf token
        button decision=deny Cancel
    footer
    ");
}

#[test]
fn the_consent_page_reads_in_this_order() {
    insta::assert_snapshot!(outline(&small_consent("Acme").render()), @r"
    header
    main
      h1 Connect Acme with Loop
      form post /switch
        input hidden csrf token
        button -=- Use another account
      h2 Acme will be able to
      h3 Health data PHI protected health information
      h3 Sign-in
      h3 It will not be able to
      form post /decide
        input hidden csrf token
        button decision=deny Deny
        button decision=allow Allow
    footer
    ");
}

#[test]
fn no_text_from_outside_reaches_a_page_as_markup() {
    arbtest::arbtest(|u| {
        let (name, uri, hint): (String, String, String) = u.arbitrary()?;
        let mut consent = small_consent(&format!("{name}{HOSTILE}"));
        consent.app.client_uri = Some(uri.clone());
        consent.app.logo_uri = Some(format!("http://localhost:3000/{uri}"));
        consent.redirect_uri = uri;
        consent.person.email.clone_from(&hint);
        assert_sound(&consent.render(), "consent");
        assert!(
            http::HeaderMap::from_iter(super::security_headers(consent.app()))
                .contains_key(header::CONTENT_SECURITY_POLICY)
        );
        let mut sign_in = small_sign_in(&name);
        sign_in.login_hint = Some(hint.clone());
        sign_in.personas[0].name = hint;
        assert_sound(&sign_in.render(), "sign-in");
        Ok(())
    });
}

fn small_app(name: &str) -> AppView {
    AppView {
        name: name.into(),
        client_id: "client_1".into(),
        client_uri: None,
        logo_uri: None,
        is_first_party: false,
    }
}

fn small_person(id: &str, name: &str) -> PersonaView {
    PersonaView {
        user_id: id.into(),
        name: name.into(),
        email: format!("{}@example.com", name.to_lowercase()),
        brand: "loop".into(),
        description: "Two years of labs".into(),
    }
}

fn small_sign_in(app_name: &str) -> SignIn {
    SignIn {
        app: small_app(app_name),
        personas: vec![
            small_person("user_1", "Maya"),
            small_person("user_2", "Jonas"),
        ],
        login_hint: None,
        signed_in: None,
        reason: SignInReason::NobodySignedIn,
        consent_follows: true,
        redirect_uri: "http://localhost:3000/callback".into(),
        csrf: "token".into(),
        action: "/sign-in".into(),
        cancel_action: Some("/decide".into()),
        trace_id: None,
    }
}

fn small_consent(app_name: &str) -> Consent {
    let set = |text| ScopeSet::parse(text).expect("scopes of the catalogue");
    Consent {
        app: small_app(app_name),
        person: small_person("user_1", "Maya"),
        scopes: ScopeView::list(&set("openid read:biomarkers"), &set("openid")),
        redirect_uri: "http://localhost:3000/callback".into(),
        csrf: "token".into(),
        action: "/decide".into(),
        switch_action: "/switch".into(),
        trace_id: None,
    }
}
