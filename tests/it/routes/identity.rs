//! The identity service's routes.

use std::collections::BTreeMap;

use connect_identity::{ROUTES, Route};
use serde_json::json;

use super::{filled, wrong_methods_are_405};
use crate::support::{Answer, Browser, MAYA, Partner, Request, Sandbox, text};

/// What the calls need.
struct Ground {
    sandbox: Sandbox,
    web: Partner,
    machine: Partner,
    /// A person's access token for the account endpoints.
    person: String,
    /// A machine's token for administration.
    admin: String,
}

impl Ground {
    async fn new() -> Self {
        let sandbox = Sandbox::start().await;
        sandbox
            .rpc("settings_update", json!({ "userinfo": true }))
            .await;
        let web = sandbox.web().await;
        let machine = sandbox
            .register_machine("Portal", &["admin:oauth_clients"])
            .await;
        let admin = sandbox.machine_token(&machine, "admin:oauth_clients").await;
        let mut ground = Self {
            sandbox,
            web,
            machine,
            person: String::new(),
            admin,
        };
        ground.person = ground.connect().await;
        ground
    }

    /// Connects the web app once more, and gives an access token of it.
    async fn connect(&self) -> String {
        let request = self
            .web
            .authorize(&self.sandbox, "openid email manage:connected_apps");
        let code = Browser::new(&self.sandbox).code(&request, MAYA).await;
        let answer = self.sandbox.exchange(&self.web, &code).await;
        crate::support::Tokens::of(&answer).access
    }

    async fn grant(&self) -> String {
        let grants = self.sandbox.rpc("grants_list", json!({})).await;
        text(&grants["grants"][0]["grant_id"])
    }
}

/// The request that is right for a route, and what it must be answered with; `None`: the route has no row.
async fn row(ground: &Ground, route: &Route) -> Option<(Answer, u16)> {
    let Ground {
        sandbox,
        web,
        machine,
        person,
        admin,
    } = ground;
    let request = web.authorize(sandbox, "openid");
    let created = json!({
        "client_name": "Made over HTTP", "redirect_uris": ["https://made.example.com/cb"], "allowed_scopes": ["openid"],
    });
    let (request, status) = match (route.method, route.path) {
        ("GET", "/v1/oauth/authorize") => (request.request(), 303),
        ("POST", "/v1/oauth/authorize") => (Request::post(route.path).form(&request.params.0), 303),
        ("GET" | "POST", "/interactions/{id}") | ("POST", "/interactions/{id}/another") => {
            let mut browser = Browser::new(sandbox);
            let page = browser.open(&request).await;
            let (form, path) = browser.form(&page, &[("user_id", &page.person(MAYA))]);
            let answer = match (route.method, route.path.ends_with("another")) {
                ("GET", _) => browser.send(Request::get(path)).await,
                (_, false) => browser.send(form).await,
                (_, true) => {
                    let fields = [("csrf", page.csrf())];
                    let request =
                        Request::post(format!("{path}/another")).header("Origin", sandbox.issuer());
                    browser.send(request.form(&fields)).await
                }
            };
            return Some((answer, if route.method == "GET" { 200 } else { 303 }));
        }
        ("GET", "/assets/{file}") => {
            let page = Browser::new(sandbox).open(&request).await;
            let stylesheet = crate::support::browser::cut(
                &page.answer.text(),
                "rel=\"stylesheet\" href=\"",
                "\"",
            );
            (
                Request::get(stylesheet.expect("a page has a stylesheet")),
                200,
            )
        }
        ("POST", "/v1/oauth/token") => {
            let code = Browser::new(sandbox).code(&request, MAYA).await;
            (web.exchange(&code).post(route.path), 200)
        }
        ("POST", "/v1/oauth/introspect" | "/v1/oauth/revoke") => (
            web.credentials()
                .set("token", "lph_at_made_up")
                .post(route.path),
            200,
        ),
        ("POST", "/v1/tokens") => (
            machine
                .credentials()
                .set("grant_type", "client_credentials")
                .post(route.path),
            200,
        ),
        (
            "GET",
            "/"
            | "/favicon.ico"
            | "/.well-known/openid-configuration"
            | "/.well-known/oauth-authorization-server"
            | "/.well-known/jwks.json",
        ) => (Request::get(route.path), 200),
        ("GET" | "POST", "/v1/oauth/userinfo") => {
            (Request::new(route.method, route.path).bearer(person), 200)
        }
        // Of a connection of its own: the DELETE beside it ends the one before.
        ("GET", "/v1/users/me/connected-apps" | "/v1/me/grants") => (
            Request::get(route.path).bearer(&ground.connect().await),
            200,
        ),
        ("DELETE", "/v1/users/me/connected-apps/{client_id}") => {
            let token = ground.connect().await;
            let path = route.path.replace("{client_id}", &web.client_id);
            (Request::new("DELETE", path).bearer(&token), 204)
        }
        ("DELETE", "/v1/me/grants/{id}") => {
            let token = ground.connect().await;
            (
                Request::new("DELETE", route.path.replace("{id}", &ground.grant().await))
                    .bearer(&token),
                204,
            )
        }
        ("POST", "/v1/admin/oauth-clients") => {
            (Request::post(route.path).bearer(admin).json(&created), 201)
        }
        ("PATCH", "/v1/admin/oauth-clients/{client_id}") => {
            let path = route.path.replace("{client_id}", &web.client_id);
            (
                Request::new("PATCH", path)
                    .bearer(admin)
                    .json(&json!({ "client_name": "Renamed" })),
                200,
            )
        }
        ("POST", "/v1/admin/oauth-clients/{client_id}/rotate-secret") => (
            Request::post(
                route
                    .path
                    .replace("{client_id}", &sandbox.unsigned().await.client_id),
            )
            .bearer(admin),
            200,
        ),
        _ => return None,
    };
    Some((sandbox.send(&request).await, status))
}

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
