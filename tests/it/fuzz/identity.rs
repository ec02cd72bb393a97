//! Authorize, token, introspect, revoke and machine tokens.

use arbtest::arbitrary::{Result, Unstructured};

use super::input::{form, in_target, texts, value};
use super::target::Target;
use crate::support::{Partner, Request};

/// What a right request is made of, so that tries come close.
fn ingredients(web: &Partner) -> Vec<String> {
    let mut known = texts(&[
        "code",
        "S256",
        "openid",
        "openid read:biomarkers",
        "read:moon",
        "authorization_code",
        "refresh_token",
        "none",
        "login",
        "consent",
        "access_token",
        "client_credentials",
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    ]);
    known.extend([web.client_id.clone(), web.redirect_uri.clone()]);
    known
}

const AUTHORIZE: [&str; 14] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "prompt",
    "max_age",
    "login_hint",
    "request",
    "request_uri",
    "claims",
];

#[test]
fn authorize_issues_no_code_without_a_person_and_never_redirects_to_strangers() {
    let target = Target::new(false);
    let web = target.runtime.block_on(target.sandbox.web());
    let known = ingredients(&web);
    arbtest::arbtest(|u| {
        // Half of the tries are a right request with something after it.
        let right = web.authorize(&target.sandbox, "openid").params.encoded();
        let mut query = if u.ratio(1, 2)? {
            right.into_bytes()
        } else {
            Vec::new()
        };
        query.extend_from_slice(b"&");
        query.extend(form(u, &AUTHORIZE, &known)?);
        let request = if u.ratio(1, 4)? {
            Request::post("/v1/oauth/authorize")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(query)
        } else {
            Request::get(format!("/v1/oauth/authorize?{}", in_target(&query)))
        };
        let accept = u.choose(&["text/html", "application/json", "*/*", ""])?;
        let answer = target.try_out(&request.header("Accept", *accept));
        if let Some(place) = answer.header("location") {
            let own = place.starts_with("/interactions/interaction_");
            let registered = [web.redirect_uri.as_str(), "http://localhost:5000/callback"];
            let told = registered
                .iter()
                .any(|uri| place.starts_with(&format!("{uri}?error=")));
            assert!(own || told, "{answer}");
        }
        assert!(!answer.text().contains("lph_ac_"), "{answer}");
        Ok(())
    })
    .size_min(256);
}

const TOKEN: [&str; 12] = [
    "grant_type",
    "code",
    "redirect_uri",
    "client_id",
    "client_secret",
    "code_verifier",
    "refresh_token",
    "scope",
    "token",
    "token_type_hint",
    "audience",
    "assertion",
];

#[test]
fn token_introspection_and_revocation_give_nothing_to_those_who_do_not_know_the_secret() {
    let target = Target::new(true);
    let (web, spa, code, tokens) = target.runtime.block_on(async {
        let (web, spa) = (target.sandbox.web().await, target.sandbox.spa().await);
        let code = target.sandbox.code(&web, "openid").await;
        let tokens = target.sandbox.tokens(&spa, "openid").await;
        (web, spa, code, tokens)
    });
    let mut known = ingredients(&web);
    // A real code without its secret, and real tokens of a public app, which no other app may use.
    known.extend([
        code.value.clone(),
        code.verifier.clone(),
        tokens.access.clone(),
        tokens.refresh.clone(),
    ]);
    let with_basic = |u: &mut Unstructured<'_>| -> Result<Option<Vec<u8>>> {
        Ok(if u.ratio(1, 4)? {
            Some(value(u, &known)?)
        } else {
            None
        })
    };
    arbtest::arbtest(|u| {
        let path = *u.choose(&[
            "/v1/oauth/token",
            "/v1/oauth/introspect",
            "/v1/oauth/revoke",
            "/v1/tokens",
        ])?;
        let mut body = match u.int_in_range(0..=3)? {
            0 => web
                .exchange(&code)
                .without("client_secret")
                .encoded()
                .into_bytes(),
            1 => web
                .refresh(&tokens.refresh)
                .without("client_secret")
                .encoded()
                .into_bytes(),
            _ => Vec::new(),
        };
        body.extend_from_slice(b"&");
        body.extend(form(u, &TOKEN, &known)?);
        let content_type = u.choose(&[
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded;charset=utf-8",
            "application/json",
            "text/plain",
            "",
        ])?;
        let mut request = Request::post(path)
            .header("Content-Type", *content_type)
            .body(body);
        if let Some(credentials) = with_basic(u)? {
            use base64::Engine as _;
            let encoded = base64::engine::general_purpose::STANDARD.encode(&credentials);
            let printable: String = credentials
                .iter()
                .filter(|byte| byte.is_ascii_graphic())
                .map(|byte| char::from(*byte))
                .collect();
            let scheme = *u.choose(&["Basic", "basic", "Bearer", "Digest"])?;
            let value = if u.ratio(3, 4)? { encoded } else { printable };
            request = request.header("Authorization", format!("{scheme} {value}"));
        }
        let answer = target.try_out(&request);
        assert!(
            answer.status != 200 || path == "/v1/oauth/revoke",
            "{answer}"
        );
        assert!(
            !answer.text().contains("lph_") && !answer.text().contains("eyJ"),
            "{answer}"
        );
        Ok(())
    })
    .size_min(256);
    // Whatever was tried, the public app's own token works, unless it was revoked as its app's own.
    let answer = target
        .runtime
        .block_on(target.sandbox.refresh(&spa, &tokens.refresh));
    assert!(matches!(answer.status, 200 | 400), "{answer}");
}
