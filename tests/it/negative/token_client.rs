//! Rules 23 to 27: client authentication.

use std::fmt::Write as _;

use crate::support::http::encode;
use crate::support::{Answer, Params, Partner, Request, Sandbox, Tokens};

/// The endpoints at which clients authenticate, and a form for each that is right but for the credentials.
fn endpoints() -> [(&'static str, Params); 3] {
    [
        (
            "/v1/oauth/token",
            Params::of(&[
                ("grant_type", "refresh_token"),
                ("refresh_token", "lph_rt_made_up"),
            ]),
        ),
        (
            "/v1/oauth/introspect",
            Params::of(&[("token", "lph_at_made_up")]),
        ),
        (
            "/v1/oauth/revoke",
            Params::of(&[("token", "lph_at_made_up")]),
        ),
    ]
}

fn secret(partner: &Partner) -> &str {
    partner.secret.as_deref().expect("a confidential app")
}

#[tokio::test]
pub(super) async fn n23_an_unknown_client_or_a_wrong_secret_is_401() {
    let sandbox = Sandbox::start().await;
    let (web, other) = (sandbox.web().await, sandbox.unsigned().await);
    let wrong_pairs = [
        ("client_01HXYAAAAAAAAAAAAAAAAAAAAA", secret(&web)),
        (web.client_id.as_str(), "secret_wrong"),
        (
            web.client_id.as_str(),
            &secret(&web)[..secret(&web).len() - 1],
        ),
        (web.client_id.as_str(), &format!("{}x", secret(&web))),
        (web.client_id.as_str(), &format!(" {}", secret(&web))),
        (web.client_id.as_str(), &secret(&web).to_uppercase()),
        (web.client_id.as_str(), secret(&other)),
        (
            web.client_id.as_str(),
            web.webhook_secret
                .as_deref()
                .expect("an app with people has one"),
        ),
    ];
    for (path, form) in endpoints() {
        for (id, secret) in wrong_pairs {
            let in_body = form
                .clone()
                .set("client_id", id)
                .set("client_secret", secret);
            let answer = sandbox.send(&in_body.post(path)).await;
            answer.is_oauth_error(401, "invalid_client");
            assert_eq!(
                answer.header("www-authenticate"),
                None,
                "Basic was not used: {answer}"
            );
            let answer = sandbox
                .send(&form.post(path).basic(&quoted(id), &quoted(secret)))
                .await;
            answer.is_oauth_error(401, "invalid_client");
            let challenge = answer.header("www-authenticate").unwrap_or_default();
            assert!(challenge.starts_with("Basic "), "{answer}");
        }
    }
}

#[tokio::test]
pub(super) async fn n24_basic_and_body_together_are_invalid_request() {
    let sandbox = Sandbox::start().await;
    let (web, other) = (sandbox.web().await, sandbox.unsigned().await);
    for (path, form) in endpoints() {
        for body in [
            form.clone()
                .set("client_id", &web.client_id)
                .set("client_secret", secret(&web)),
            form.clone().set("client_secret", secret(&web)),
            form.clone().set("client_id", &other.client_id),
            form.clone()
                .set("client_id", &other.client_id)
                .set("client_secret", secret(&other)),
        ] {
            let answer = sandbox
                .send(&body.post(path).basic(&web.client_id, secret(&web)))
                .await;
            answer.is_oauth_error(400, "invalid_request");
        }
        // The same client_id in the body, without a secret, is no second way.
        let body = form.set("client_id", &web.client_id);
        let answer = sandbox
            .send(&body.post(path).basic(&web.client_id, secret(&web)))
            .await;
        assert!(
            answer.status == 200 || answer.json()["error"] == "invalid_grant",
            "{answer}"
        );
    }
}

/// Every byte percent-encoded, as RFC 6749 appendix B allows.
fn quoted(text: &str) -> String {
    text.bytes().fold(String::new(), |mut quoted, byte| {
        let _ = write!(quoted, "%{byte:02X}");
        quoted
    })
}

#[tokio::test]
pub(super) async fn n25_basic_values_are_form_decoded() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let body = |code: &crate::support::Code| {
        web.exchange(code)
            .without("client_id")
            .without("client_secret")
    };
    let form_encoded =
        |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    for (id, secret) in [
        (web.client_id.clone(), secret(&web).to_owned()),
        (form_encoded(&web.client_id), form_encoded(secret(&web))),
        (quoted(&web.client_id), quoted(secret(&web))),
        (
            quoted(&web.client_id).to_lowercase(),
            quoted(secret(&web)).to_lowercase(),
        ),
    ] {
        let code = sandbox.code(&web, "openid").await;
        Tokens::of(
            &sandbox
                .send(&body(&code).post("/v1/oauth/token").basic(&id, &secret))
                .await,
        );
    }
    // What form encoding gives a meaning has it: a plus is a space, and a colon ends the id unless it is quoted.
    let code = sandbox.code(&web, "openid").await;
    for (id, wrong) in [
        (web.client_id.clone(), format!("{}+", secret(&web))),
        (web.client_id.clone(), format!("+{}", secret(&web))),
        (web.client_id.clone(), format!("{}%20", secret(&web))),
        (web.client_id.clone(), format!(":{}", secret(&web))),
        (format!("{}%3A", web.client_id), secret(&web).to_owned()),
        (web.client_id.clone(), quoted(&quoted(secret(&web)))),
    ] {
        let answer = sandbox
            .send(&body(&code).post("/v1/oauth/token").basic(&id, &wrong))
            .await;
        answer.is_oauth_error(401, "invalid_client");
    }
    Tokens::of(&sandbox.exchange(&web, &code).await);
}

#[tokio::test]
pub(super) async fn n25_malformed_basic_is_401() {
    let sandbox = Sandbox::start().await;
    let web = sandbox.web().await;
    let (path, form) = endpoints()[0].clone();
    for value in [
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic bm9jb2xvbg==",
        "Basic /////w==",
        "Basic YTolZmY=",
        "Digest username=\"x\"",
        "Bearer lph_at_made_up",
        "basic",
    ] {
        let answer = sandbox
            .send(&form.post(path).header("Authorization", value))
            .await;
        answer.is_oauth_error(401, "invalid_client");
        let challenge = answer.header("www-authenticate").unwrap_or_default();
        assert!(challenge.starts_with("Basic "), "{value}: {answer}");
    }
    // Two Authorization headers are two ways at once.
    let twice = form
        .post(path)
        .basic(&web.client_id, secret(&web))
        .basic(&web.client_id, secret(&web));
    let answer: Answer = sandbox.send(&twice).await;
    assert!(matches!(answer.status, 400 | 401), "{answer}");
}

#[tokio::test]
pub(super) async fn n26_parameters_in_the_url_are_refused_and_nothing_is_issued() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let form = web.exchange(&sandbox.code(&web, "openid").await);
    for name in [
        "client_id",
        "client_secret",
        "code",
        "code_verifier",
        "grant_type",
    ] {
        let pair = [(name, form.get(name).expect("it is in the form"))];
        let target = format!("/v1/oauth/token?{}", encode(&pair));
        sandbox
            .send(&form.clone().without(name).post(&target))
            .await
            .is_oauth_error(400, "invalid_request");
        sandbox
            .send(&form.post(&target))
            .await
            .is_oauth_error(400, "invalid_request");
    }
    let all = Request::post(format!("/v1/oauth/token?{}", form.encoded())).form::<&str, &str>(&[]);
    sandbox
        .send(&all)
        .await
        .is_oauth_error(400, "invalid_request");
    assert!(sandbox.journal("code.redeemed").await.is_empty());
    Tokens::of(&sandbox.token(&form).await);
}

#[tokio::test]
pub(super) async fn n27_a_confidential_client_without_its_secret_is_401() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let form = web.exchange(&sandbox.code(&web, "openid").await);
    sandbox
        .token(&form.clone().without("client_secret"))
        .await
        .is_oauth_error(401, "invalid_client");
    sandbox
        .token(&form.clone().set("client_secret", ""))
        .await
        .is_oauth_error(401, "invalid_client");
    let bare = form.clone().without("client_secret").without("client_id");
    sandbox
        .token(&bare)
        .await
        .is_oauth_error(401, "invalid_client");
    let answer = sandbox
        .send(&bare.post("/v1/oauth/token").basic(&web.client_id, ""))
        .await;
    answer.is_oauth_error(401, "invalid_client");
    // PKCE does not stand in for the secret, nor the other way round.
    assert!(sandbox.journal("code.redeemed").await.is_empty());
    let tokens = Tokens::of(&sandbox.token(&form).await);
    // The quickstart's step 6 leaves the secret out; a web app needs it there too (errata of the seeds).
    let refresh = web.refresh(&tokens.refresh).without("client_secret");
    sandbox
        .token(&refresh)
        .await
        .is_oauth_error(401, "invalid_client");
    Tokens::of(&sandbox.refresh(&web, &tokens.refresh).await);
}

#[tokio::test]
pub(super) async fn n27_a_public_client_that_sends_a_secret_is_refused() {
    let sandbox = Sandbox::approving().await;
    let (spa, web) = (sandbox.spa().await, sandbox.web().await);
    assert_eq!(spa.secret, None);
    let form = spa.exchange(&sandbox.code(&spa, "openid").await);
    for made_up in ["secret_made_up", secret(&web)] {
        let answer = sandbox
            .token(&form.clone().set("client_secret", made_up))
            .await;
        answer.is_oauth_error(401, "invalid_client");
    }
    let bare = form.clone().without("client_id");
    let answer = sandbox
        .send(
            &bare
                .post("/v1/oauth/token")
                .basic(&spa.client_id, "secret_made_up"),
        )
        .await;
    answer.is_oauth_error(401, "invalid_client");
    Tokens::of(&sandbox.token(&form).await);
}
