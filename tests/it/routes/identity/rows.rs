//! Each route with the request that is right for it.

use connect_identity::Route;
use serde_json::json;

use crate::support::{Answer, Browser, MAYA, Partner, Request, Sandbox, text};

/// What the calls need.
pub(super) struct Ground {
    pub(super) sandbox: Sandbox,
    pub(super) web: Partner,
    pub(super) machine: Partner,
    /// A person's access token for the account endpoints.
    pub(super) person: String,
    /// A machine's token for administration.
    pub(super) admin: String,
}

impl Ground {
    pub(super) async fn new() -> Self {
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
    pub(super) async fn connect(&self) -> String {
        let request = self
            .web
            .authorize(&self.sandbox, "openid email manage:connected_apps");
        let code = Browser::new(&self.sandbox).code(&request, MAYA).await;
        let answer = self.sandbox.exchange(&self.web, &code).await;
        crate::support::Tokens::of(&answer).access
    }

    pub(super) async fn grant(&self) -> String {
        let grants = self.sandbox.rpc("grants_list", json!({})).await;
        text(&grants["grants"][0]["grant_id"])
    }
}

/// The request that is right for a route, and what it must be answered with; `None`: the route has no row.
pub(super) async fn row(ground: &Ground, route: &Route) -> Option<(Answer, u16)> {
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
