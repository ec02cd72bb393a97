//! The identity service's routes.

mod rows;

use std::collections::BTreeMap;

use connect_identity::ROUTES;
use serde_json::json;

use self::rows::{Ground, row};
use super::{filled, wrong_methods_are_405};
use crate::support::{Request, Sandbox, text};

#[tokio::test]
async fn every_route_of_identity_answers_what_is_right() {
    let ground = Ground::new().await;
    for route in ROUTES {
        let Some((answer, status)) = row(&ground, route).await else {
            panic!("{} {} has no row here", route.method, route.path);
        };
        assert_eq!(
            answer.status, status,
            "{} {}: {answer}",
            route.method, route.path
        );
        let exchange = ground.sandbox.newest_exchange(route.operation).await;
        assert!(answer.headers("content-type").len() <= 1, "{answer}");
        assert_eq!(
            (exchange["service"].as_str(), exchange["method"].as_str()),
            (Some("identity"), Some(route.method))
        );
    }
}

#[tokio::test]
async fn every_path_of_identity_has_the_methods_of_the_table_and_no_other() {
    let ground = Ground::new().await;
    let mut paths: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for route in ROUTES {
        paths.entry(route.path).or_default().push(route.method);
    }
    for (path, methods) in paths {
        wrong_methods_are_405(&ground.sandbox, &filled(path), &ground.person, &methods).await;
    }
}

#[tokio::test]
async fn every_route_of_identity_that_takes_a_token_or_credentials_is_closed_without() {
    let ground = Ground::new().await;
    let sandbox = &ground.sandbox;
    for route in ROUTES {
        let bare = Request::new(route.method, filled(route.path));
        match route.operation {
            // For browsers: what is wrong with these is a page.
            "authorize" | "interaction_page" | "interaction_form" => {
                let answer = sandbox.send(&bare.form::<&str, &str>(&[])).await;
                assert!(
                    matches!(answer.status, 400 | 404),
                    "{} {}: {answer}",
                    route.method,
                    route.path
                );
            }
            // Anybody's: pictures, and what a client reads first.
            "asset" if route.path != "/favicon.ico" => {
                sandbox.send(&bare).await.expect(404);
            }
            "front_page" | "asset" | "discovery" | "jwks" => {
                sandbox.send(&bare).await.expect(200);
            }
            "token" | "machine_token" => {
                sandbox
                    .send(&bare.form::<&str, &str>(&[]))
                    .await
                    .is_oauth_error(400, "invalid_request");
            }
            "introspect" | "revoke" => {
                sandbox
                    .send(&bare.form(&[("token", "x")]))
                    .await
                    .is_oauth_error(401, "invalid_client");
            }
            _ => {
                sandbox
                    .send(&bare.clone())
                    .await
                    .is_service_error(401, "unauthenticated");
                sandbox
                    .send(&bare.bearer("lph_at_made_up"))
                    .await
                    .is_service_error(401, "invalid_token");
            }
        }
    }
}

#[tokio::test]
async fn only_origins_that_an_enabled_app_lists_may_call_and_only_where_calls_are_allowed() {
    let sandbox = Sandbox::start().await;
    let listed = "http://localhost:5173";
    for route in ROUTES {
        for (origin, is_listed) in [
            (listed, true),
            ("https://evil.example", false),
            ("null", false),
        ] {
            let preflight = Request::new("OPTIONS", filled(route.path))
                .header("Origin", origin)
                .header("Access-Control-Request-Method", route.method);
            for request in [
                preflight,
                Request::new(route.method, filled(route.path)).header("Origin", origin),
            ] {
                let answer = sandbox.send(&request).await;
                let allowed = answer.header("access-control-allow-origin");
                let expected = (is_listed && route.cors).then_some(listed);
                assert_eq!(
                    allowed, expected,
                    "{} {} from {origin}: {answer}",
                    route.method, route.path
                );
                assert_eq!(
                    answer.header("access-control-allow-credentials"),
                    None,
                    "{answer}"
                );
            }
        }
    }
    let spa = sandbox.spa().await;
    sandbox
        .rpc("apps_disable", json!({ "client_id": spa.client_id }))
        .await;
    let answer = sandbox
        .send(&Request::get("/.well-known/jwks.json").header("Origin", listed))
        .await;
    assert_eq!(
        answer.header("access-control-allow-origin"),
        None,
        "{answer}"
    );
}

#[tokio::test]
async fn the_documented_bodies_of_account_and_administration() {
    let ground = Ground::new().await;
    let Ground {
        sandbox,
        web,
        person,
        admin,
        ..
    } = &ground;
    let apps = sandbox
        .send(&Request::get("/v1/users/me/connected-apps").bearer(person))
        .await
        .expect(200)
        .json();
    let app = &apps["data"][0];
    assert_eq!(app["client_id"], json!(web.client_id));
    assert_eq!(
        app["scopes_granted"],
        json!(["openid", "email", "manage:connected_apps"])
    );
    let mut members: Vec<&String> = app.as_object().expect("an object").keys().collect();
    members.sort();
    let documented = [
        "client_id",
        "client_name",
        "client_uri",
        "granted_at",
        "is_first_party",
        "logo_uri",
        "scopes_granted",
        "updated_at",
    ];
    assert_eq!(members, documented);
    let grants = sandbox
        .send(&Request::get("/v1/me/grants").bearer(person))
        .await
        .expect(200)
        .json();
    assert_eq!(grants["data"][0]["id"], json!(ground.grant().await));
    assert!(grants["data"][0].get("last_used_at").is_some());

    // By app it is 404 when nothing is connected, by grant idempotent (facts.md §17-25).
    let other = sandbox.spa().await.client_id;
    let absent =
        Request::new("DELETE", format!("/v1/users/me/connected-apps/{other}")).bearer(person);
    sandbox
        .send(&absent)
        .await
        .is_service_error(404, "not_found");
    let absent = Request::new("DELETE", "/v1/me/grants/grant_made_up").bearer(person);
    sandbox.send(&absent).await.expect(204);
    let token = ground.connect().await;
    let own = Request::new(
        "DELETE",
        format!("/v1/users/me/connected-apps/{}", web.client_id),
    )
    .bearer(&token);
    assert!(sandbox.send(&own).await.expect(204).body.is_empty());
    // It takes every token with it, its own too.
    sandbox
        .send(&own)
        .await
        .is_service_error(401, "invalid_token");

    let clients = |body: serde_json::Value| {
        Request::post("/v1/admin/oauth-clients")
            .bearer(admin)
            .json(&body)
    };
    let right = json!({
        "client_name": "Partner", "client_type": "confidential", "redirect_uris": ["https://partner.example.com/cb"],
        "allowed_scopes": ["openid", "email"], "allowed_origins": ["https://partner.example.com"],
        "client_uri": "https://partner.example.com", "logo_uri": "https://partner.example.com/logo.png",
    });
    let made = sandbox
        .send(&clients(right.clone()))
        .await
        .expect(201)
        .json();
    assert!(text(&made["client_secret"]).starts_with("secret_"));
    let mut members: Vec<&String> = made["client"]
        .as_object()
        .expect("an object")
        .keys()
        .collect();
    members.sort();
    let documented = [
        "allowed_origins",
        "allowed_scopes",
        "brand_id",
        "client_id",
        "client_name",
        "client_type",
        "client_uri",
        "created_at",
        "enabled",
        "id",
        "is_first_party",
        "logo_uri",
        "owner_id",
        "redirect_uris",
        "updated_at",
    ];
    assert_eq!(members, documented);
    let changed = |member: &str, value: serde_json::Value| {
        let mut body = right.clone();
        body[member] = value;
        clients(body)
    };
    for (member, value) in [
        ("client_name", json!("")),
        ("client_name", json!("x".repeat(256))),
        ("client_type", json!("secret")),
        ("redirect_uris", json!([])),
        (
            "redirect_uris",
            json!(["https://partner.example.com/cb?x=1"]),
        ),
        ("redirect_uris", json!(["http://partner.example.com/cb"])),
        ("redirect_uris", json!(["/cb"])),
        ("allowed_scopes", json!([])),
        ("allowed_scopes", json!(["read:moon"])),
        (
            "allowed_origins",
            json!(["https://partner.example.com/path"]),
        ),
        ("client_uri", json!("not a url")),
        ("is_first_party", json!(true)),
    ] {
        let answer = sandbox.send(&changed(member, value.clone())).await;
        assert_eq!(answer.status, 400, "{member} = {value}: {answer}");
        answer.is_service_error(400, "validation_error");
    }
    let public = sandbox
        .send(&changed("client_type", json!("public")))
        .await
        .expect(201)
        .json();
    assert_eq!(public["client_secret"], json!(null));
    let id = text(&public["client"]["client_id"]);
    let path = |id: &str| format!("/v1/admin/oauth-clients/{id}");
    let rotate = Request::post(format!("{}/rotate-secret", path(&id))).bearer(admin);
    sandbox
        .send(&rotate)
        .await
        .is_service_error(400, "validation_error");
    let patch = |id: &str, body: serde_json::Value| {
        Request::new("PATCH", path(id)).bearer(admin).json(&body)
    };
    sandbox
        .send(&patch("client_made_up", json!({ "enabled": false })))
        .await
        .is_service_error(404, "not_found");
    sandbox
        .send(&patch(&id, json!({ "client_type": "confidential" })))
        .await
        .is_service_error(400, "validation_error");
    let off = sandbox
        .send(&patch(&id, json!({ "enabled": false, "logo_uri": null })))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (
            off["client"]["enabled"].as_bool(),
            &off["client"]["logo_uri"]
        ),
        (Some(false), &json!(null))
    );
    assert_eq!(off["client"]["client_uri"], "https://partner.example.com");
}
