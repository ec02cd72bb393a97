//! Rules 45 and 46: id_tokens, and the keys that sign them.

use serde_json::{Value, json};

use super::metadata::PATHS;
use crate::support::jwt::verify;
use crate::support::{MAYA, Params, Request, Sandbox, Tokens};

#[tokio::test]
pub(super) async fn n45_an_id_token_holds_what_it_must_and_verifies() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let person = sandbox.person(MAYA).await;
    let request = web
        .authorize(&sandbox, "openid profile email")
        .set("nonce", "n-0S6_WzA2Mj");
    let code = request.code_of(&sandbox.send(&request.request()).await);
    let tokens = Tokens::of(&sandbox.exchange(&web, &code).await);
    let token = tokens.id_token.expect("openid was granted");
    let claims = sandbox
        .verified(&token, &sandbox.issuer(), &web.client_id)
        .await
        .expect("a sound id_token");
    assert_eq!(claims["sub"], json!(person));
    assert_eq!(claims["nonce"], "n-0S6_WzA2Mj");
    assert_eq!(
        (claims["email"].as_str(), claims["email_verified"].as_bool()),
        (Some(MAYA), Some(true))
    );
    assert!(claims["name"].is_string());
    assert_eq!(claims["brand"], "loop");
    let life = claims["exp"].as_i64().expect("exp") - claims["iat"].as_i64().expect("iat");
    assert_eq!(life, 300, "5 minutes (/connect/tokens)");
    // Not for another app, not from another issuer, not changed by a bit.
    let other = sandbox.spa().await;
    assert!(
        sandbox
            .verified(&token, &sandbox.issuer(), &other.client_id)
            .await
            .is_err()
    );
    assert!(
        sandbox
            .verified(
                &token,
                "https://identity.platform.loop.health",
                &web.client_id
            )
            .await
            .is_err()
    );
    let mut parts: Vec<&str> = token.split('.').collect();
    let forged = format!(
        "{}A{}",
        &parts[1][..parts[1].len() / 2],
        &parts[1][parts[1].len() / 2 + 1..]
    );
    parts[1] = &forged;
    assert!(
        forged == token
            || sandbox
                .verified(&parts.join("."), &sandbox.issuer(), &web.client_id)
                .await
                .is_err()
    );
    // Only what was granted is told.
    let bare = sandbox
        .tokens(&web, "openid")
        .await
        .id_token
        .expect("openid was granted");
    let bare = sandbox
        .verified(&bare, &sandbox.issuer(), &web.client_id)
        .await
        .expect("sound");
    for absent in ["email", "email_verified", "name", "nonce", "auth_time"] {
        assert_eq!(bare.get(absent), None, "{bare}");
    }
}

#[tokio::test]
pub(super) async fn n45_a_refreshed_id_token_speaks_of_the_same_sign_in() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let request = web
        .authorize(&sandbox, "openid email")
        .set("nonce", "once")
        .set("max_age", "3600");
    let code = request.code_of(&sandbox.send(&request.request()).await);
    let first = Tokens::of(&sandbox.exchange(&web, &code).await);
    // Refreshed by another name: the issuer is that of the authorization request (ruling 15).
    let by_name = web
        .refresh(&first.refresh)
        .post("/v1/oauth/token")
        .host(format!("localhost:{}", sandbox.port()));
    let second = Tokens::of(&sandbox.send(&by_name).await);
    let read =
        |tokens: &Tokens| Sandbox::claims(tokens.id_token.as_deref().expect("openid was granted"));
    let (old, new) = (read(&first), read(&second));
    for same in ["iss", "sub", "aud", "auth_time", "email", "brand"] {
        assert!(old.get(same).is_some(), "{same}: {old}");
        assert_eq!(old[same], new[same], "{same}");
    }
    assert_eq!(new.get("nonce"), None, "OpenID Connect Core §12.2: {new}");
    assert!(new["iat"].as_i64() >= old["iat"].as_i64());
}

#[tokio::test]
pub(super) async fn n45_no_private_member_is_published() {
    let sandbox = Sandbox::approving().await;
    for alg in ["RS256", "ES256"] {
        sandbox
            .register(json!({
                "name": alg, "app_type": "web", "redirect_uris": ["https://alg.example.com/cb"],
                "scopes": ["openid"], "id_token_alg": alg,
            }))
            .await;
    }
    let keys = sandbox.jwks().await;
    assert_eq!(keys.len(), 3, "{keys:?}");
    for key in &keys {
        let members: Vec<&String> = key.as_object().expect("an object").keys().collect();
        for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert_eq!(key.get(private), None, "{private} is published");
        }
        let public: &[&str] = match key["kty"].as_str() {
            Some("OKP") => &["kty", "crv", "x", "kid", "alg", "use"],
            Some("EC") => &["kty", "crv", "x", "y", "kid", "alg", "use"],
            Some("RSA") => &["kty", "n", "e", "kid", "alg", "use"],
            other => panic!("{other:?}"),
        };
        assert!(
            members
                .iter()
                .all(|member| public.contains(&member.as_str())),
            "{members:?}"
        );
        assert_eq!(
            (members.len(), key["use"].as_str()),
            (public.len(), Some("sig"))
        );
    }
}

#[tokio::test]
pub(super) async fn n45_each_algorithm_a_client_can_choose_verifies() {
    let sandbox = Sandbox::approving().await;
    let metadata = || async {
        sandbox
            .send(&Request::get(PATHS[0]))
            .await
            .expect(200)
            .json()
    };
    assert_eq!(
        metadata().await["id_token_signing_alg_values_supported"],
        json!(["EdDSA"])
    );
    for alg in ["ES256", "RS256", "EdDSA"] {
        let partner = sandbox
            .register(json!({
                "name": alg, "app_type": "web", "redirect_uris": ["https://alg.example.com/cb"],
                "scopes": ["openid"], "id_token_alg": alg,
            }))
            .await;
        // Published when a client is first set to it, before anything is signed (ruling 16).
        let advertised = metadata().await["id_token_signing_alg_values_supported"].clone();
        assert!(
            advertised.as_array().expect("a list").contains(&json!(alg)),
            "{advertised}"
        );
        assert!(sandbox.jwks().await.iter().any(|key| key["alg"] == alg));
        let token = sandbox
            .tokens(&partner, "openid")
            .await
            .id_token
            .expect("openid was granted");
        let header = jsonwebtoken::decode_header(&token).expect("a JWT");
        assert_eq!(serde_json::to_value(header.alg).expect("a word"), alg);
        sandbox
            .verified(&token, &sandbox.issuer(), &partner.client_id)
            .await
            .expect("a sound id_token");
    }
}

#[tokio::test]
pub(super) async fn n46_after_a_rotation_old_tokens_verify_and_the_new_key_was_there_first() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let kid = |token: &str| {
        jsonwebtoken::decode_header(token)
            .expect("a JWT")
            .kid
            .expect("a kid")
    };
    let old = sandbox
        .tokens(&web, "openid")
        .await
        .id_token
        .expect("openid was granted");
    sandbox.rpc("keys_rotate", json!({})).await;
    // Both are published, the new one before it has signed anything.
    let keys: Vec<Value> = sandbox.jwks().await;
    assert_eq!(keys.len(), 2, "{keys:?}");
    assert_ne!(keys[0]["kid"], json!(kid(&old)), "newest first");
    let new = sandbox
        .tokens(&web, "openid")
        .await
        .id_token
        .expect("openid was granted");
    assert_eq!(json!(kid(&new)), keys[0]["kid"]);
    for token in [&old, &new] {
        verify(&keys, token, &sandbox.issuer(), &web.client_id).expect("a sound id_token");
    }
    // Machines' tokens are judged by their row and outlive the rotation too.
    let machine = sandbox
        .register_machine("Robot", &["admin:oauth_clients"])
        .await;
    let token = sandbox.machine_token(&machine, "admin:oauth_clients").await;
    sandbox.rpc("keys_rotate", json!({})).await;
    let rotate = Request::post(format!(
        "/v1/admin/oauth-clients/{}/rotate-secret",
        web.client_id
    ))
    .bearer(&token);
    sandbox.send(&rotate).await.expect(200);
    assert_eq!(sandbox.jwks().await.len(), 3);
    // When the last token of an old key is dead, the key goes.
    sandbox.advance(2 * 3600).await;
    let gone = Sandbox::wait_for("the retired keys to go", || async {
        let keys = sandbox.jwks().await;
        (keys.len() == 1).then_some(keys)
    });
    let left = gone.await;
    let fresh = sandbox
        .tokens(&web, "openid")
        .await
        .id_token
        .expect("openid was granted");
    assert_eq!(json!(kid(&fresh)), left[0]["kid"]);
    let form = Params::of(&[("token", &token)]).set("client_id", &machine.client_id);
    let form = form.set(
        "client_secret",
        machine.secret.as_deref().expect("a machine has one"),
    );
    let answer = sandbox
        .send(&form.post("/v1/oauth/introspect"))
        .await
        .expect(200);
    assert_eq!(answer.json(), json!({ "active": false }));
}
