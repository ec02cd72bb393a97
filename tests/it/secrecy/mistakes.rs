//! Credentials where they do not belong, in every way they can be carried.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::Secrets;
use crate::support::http::{encode, send_bytes};
use crate::support::{MAYA, Partner, Request, Sandbox, Tokens, people_scopes};

/// Every byte percent-encoded, as some clients do.
fn quoted(value: &str) -> String {
    use std::fmt::Write as _;
    value.bytes().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "%{byte:02x}");
        text
    })
}

/// Tokens where they do not belong: in URLs, paths, bodies, other headers; encoded, cut in two, in the wrong field.
pub(super) async fn mistakes_with_tokens(
    sandbox: &Sandbox,
    secrets: &mut Secrets,
    web: &Partner,
) -> Tokens {
    sandbox
        .rpc("settings_update", json!({ "auto_approve": MAYA }))
        .await;
    let code = sandbox.code(web, "openid").await;
    secrets.add("code", &code.value);
    let tokens = sandbox.tokens(web, &people_scopes().join(" ")).await;
    secrets.of_tokens("for mistakes", &tokens);
    let (access, refresh) = (&tokens.access, &tokens.refresh);
    let id_token = tokens.id_token.as_deref().expect("openid was granted");
    let form_type = "application/x-www-form-urlencoded";
    let token_post = || Request::post("/v1/oauth/token");
    let mistakes = [
        Request::get(format!("/v1/biomarkers/me?access_token={access}")),
        Request::get(format!("/v1/biomarkers/me?access_token={}", quoted(access))),
        Request::get(format!("/v1/biomarkers/me?x=1&token={access}#x")),
        Request::get(format!("/v1/biomarkers/{access}")),
        Request::get(format!("/clinical/v1/{}/{refresh}", quoted(access))),
        Request::get("/v1/biomarkers/me").header("Authorization", access.clone()),
        Request::get("/v1/biomarkers/me").header("authorization", format!("bearer   {access}")),
        Request::get("/v1/biomarkers/me").header("Authorization", format!("Token {refresh}")),
        Request::get("/v1/biomarkers/me").header("X-Access-Token", access.clone()),
        Request::get("/v1/biomarkers/me").header("Cookie", format!("session={access}; id={id_token}")),
        Request::get("/v1/biomarkers/me").header("Referer", format!("https://app.example/cb?code={}&state=1", code.value)),
        Request::get("/v1/biomarkers/me").bearer(id_token),
        Request::get("/v1/biomarkers/me").bearer(&format!("{access} {refresh}")),
        Request::get(web.authorize(sandbox, "openid").set("state", access).target()),
        Request::get(web.authorize(sandbox, "openid").set("redirect_uri", &format!("https://x.example/cb?token={refresh}")).target()),
        Request::get(web.authorize(sandbox, "openid").set("client_id", refresh).target()),
        Request::get(web.authorize(sandbox, "openid").set("login_hint", access).target()),
        Request::get(web.authorize(sandbox, access).also("id_token_hint", id_token).target()),
        Request::get(web.authorize(sandbox, "openid").also(access, access).also(access, refresh).target()),
        token_post().json(&json!({ "grant_type": "refresh_token", "refresh_token": refresh, "client_id": web.client_id })),
        token_post().header("Content-Type", form_type).body(format!("refresh_token={}&grant_type=refresh_token", quoted(refresh))),
        token_post().header("Content-Type", "text/plain").body(format!("here is my token: {refresh}\nand {access}")),
        Request::post(format!("/v1/oauth/token?{}", web.refresh(refresh).encoded())),
        web.refresh(access).post("/v1/oauth/token"),
        web.refresh("x").set("scope", refresh).post("/v1/oauth/token"),
        web.refresh("x").set("grant_type", refresh).post("/v1/oauth/token"),
        web.refresh("x").set("client_id", refresh).post("/v1/oauth/token"),
        web.exchange(&code).set("code", refresh).post("/v1/oauth/token"),
        web.exchange(&code).set("redirect_uri", &format!("https://x.example/?code={}", code.value)).post("/v1/oauth/token"),
        web.exchange(&code).set("code_verifier", &code.value[..43]).post("/v1/oauth/token"),
        Request::post("/v1/messages/send").bearer(access).json(&json!({ "variables": { "link": format!("https://x/?t={access}") } })),
        Request::new("DELETE", format!("/v1/me/grants/{access}")).bearer(access),
        Request::new(access, "/").header("X", "method"),
        Request::get("/").host(access.to_owned()),
        Request::get("/").host(format!("{access}.localhost:{}", sandbox.port())),
    ];
    for request in &mistakes {
        let answer = sandbox.send(request).await;
        assert!(answer.status < 500, "{answer}");
    }
    // A body in chunks, the token on both sides of a seam.
    let body = web.refresh(refresh).encoded();
    let seam = body.find(refresh.as_str()).expect("it is in there") + 25;
    let head = format!(
        "POST /v1/oauth/token HTTP/1.1\r\nHost: {}\r\nContent-Type: {form_type}\r\nTransfer-Encoding: chunked\r\n\r\n",
        sandbox.authority
    );
    let chunk = |part: &str| format!("{:x}\r\n{part}\r\n", part.len());
    let bytes = format!(
        "{head}{}{}0\r\n\r\n",
        chunk(&body[..seam]),
        chunk(&body[seam..])
    );
    let answer = send_bytes(&sandbox.authority, bytes.as_bytes())
        .await
        .expect("an answer");
    let tokens = Tokens::of(&answer);
    secrets.of_tokens("from a chunked request", &tokens);
    let kept = sandbox.kept.as_ref().expect("asked for");
    kept.lock()
        .expect("nobody panicked")
        .push((bytes.into_bytes(), answer.bytes));
    // Bytes that never become a request.
    for broken in [
        format!("GARBAGE {access}\r\n\r\n"),
        format!("GET / HTTP/9.9\r\nAuthorization: Bearer {access}\r\n\r\n"),
    ] {
        let _ = send_bytes(&sandbox.authority, broken.as_bytes()).await;
    }
    tokens
}

/// Wrong and right secrets, by every way of client authentication.
pub(super) async fn mistakes_with_secrets(
    sandbox: &Sandbox,
    secrets: &mut Secrets,
    web: &Partner,
    spa: &Partner,
) {
    let secret = web.secret.as_deref().expect("a confidential app");
    // Those of other platforms, which look like nothing we know; and one of production.
    let foreign = "hunter2-correct-horse-battery-staple";
    let production = "secret_pRoDuCtIoN0123456789abcdefghijklmnopqrstuvw";
    secrets.add("foreign secret", foreign);
    secrets.add("production secret", production);
    for wrong in [
        foreign,
        production,
        web.webhook_secret.as_deref().expect("one"),
    ] {
        let form = web.refresh("x").set("client_secret", wrong);
        sandbox
            .token(&form)
            .await
            .is_oauth_error(401, "invalid_client");
        let basic = STANDARD.encode(format!("{}:{wrong}", web.client_id));
        secrets.add("wrong Basic credentials", &basic[44..]);
        for value in [
            format!("Basic {basic}"),
            format!("basic  {basic}"),
            format!("Basic\t{basic}"),
            format!("Digest {basic}"),
        ] {
            let form = web
                .refresh("x")
                .without("client_id")
                .without("client_secret");
            let answer = sandbox
                .send(&form.post("/v1/oauth/token").header("Authorization", value))
                .await;
            answer.is_oauth_error(401, "invalid_client");
        }
        let form = spa.refresh("x").set("client_secret", wrong);
        sandbox
            .token(&form)
            .await
            .is_oauth_error(401, "invalid_client");
        let target = format!("/v1/oauth/token?{}", encode(&[("client_secret", wrong)]));
        sandbox
            .send(&web.refresh("x").post(&target))
            .await
            .is_oauth_error(400, "invalid_request");
    }
    let form = web
        .refresh("lph_rt_made_up")
        .without("client_id")
        .without("client_secret");
    let basic = |id: &str, secret: &str| form.post("/v1/oauth/token").basic(id, secret);
    sandbox
        .send(&basic(&web.client_id, secret))
        .await
        .is_oauth_error(400, "invalid_grant");
    sandbox
        .send(&basic(&quoted(&web.client_id), &quoted(secret)))
        .await
        .is_oauth_error(400, "invalid_grant");
    secrets.add(
        "quoted Basic credentials",
        &STANDARD.encode(format!("{}:{}", quoted(&web.client_id), quoted(secret)))[140..],
    );
    // As a client_id, as a name, in an authorization URL.
    sandbox
        .token(&web.refresh("x").set("client_id", secret))
        .await
        .is_oauth_error(401, "invalid_client");
    let answer = sandbox
        .send(
            &web.authorize(sandbox, "openid")
                .also("client_secret", secret)
                .request(),
        )
        .await;
    if let Some(code) = answer.redirected("code") {
        secrets.add("code", &code);
    }
    sandbox
        .send(&web.authorize(sandbox, secret).request())
        .await;
}
