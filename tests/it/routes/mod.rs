//! Every route there is, called rightly and called wrongly. A route without a row fails.

mod identity;
mod services;

use crate::support::{Request, Sandbox};

/// The methods that HTTP clients send.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// A path with its open parts filled in.
fn filled(template: &str) -> String {
    let parts = template
        .split('/')
        .map(|part| if part.starts_with('{') { "x" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Every method a path does not have is 405, and `Allow` names those it has.
async fn wrong_methods_are_405(sandbox: &Sandbox, path: &str, token: &str, allowed: &[&str]) {
    for method in METHODS
        .into_iter()
        .filter(|method| !allowed.contains(method))
    {
        let answer = sandbox
            .send(&Request::new(method, path).bearer(token))
            .await;
        assert_eq!(answer.status, 405, "{method} {path}: {answer}");
        let told: Vec<&str> = answer
            .header("allow")
            .unwrap_or_default()
            .split(", ")
            .collect();
        for method in allowed {
            assert!(told.contains(method), "{method} {path}: {answer}");
        }
        assert!(
            told.iter()
                .all(|method| allowed.contains(method) || *method == "HEAD"),
            "{path}: {answer}"
        );
        assert_eq!(answer.json()["error"], "method_not_allowed", "{answer}");
    }
}

#[tokio::test]
async fn a_path_that_is_nobodys_is_404_and_says_what_is_near() {
    let sandbox = Sandbox::start().await;
    for path in [
        "/v1",
        "/v1/",
        "/v1/oauth",
        "/v1/oauth/tokens",
        "/clinical",
        "/nowhere/v1/biomarkers/me",
        "/v1/biomarkers/my",
    ] {
        for method in METHODS {
            let answer = sandbox.send(&Request::new(method, path)).await;
            answer.is_service_error(404, "not_found");
        }
    }
    // A browser that is somewhere else than at an API gets a page.
    for path in [
        "/v1",
        "/clinical",
        "/authorize",
        "/nowhere/v1/biomarkers/me",
    ] {
        sandbox
            .send(&Request::get(path).header("Accept", "text/html"))
            .await
            .is_page(404);
    }
    let near = sandbox.send(&Request::get("/v1/oauth/tokens")).await;
    near.is_service_error(404, "not_found");
    let list = sandbox
        .rpc("traffic_list", serde_json::json!({ "limit": 1 }))
        .await;
    let why = sandbox
        .rpc(
            "traffic_explain",
            serde_json::json!({ "exchange": list["exchanges"][0]["id"] }),
        )
        .await;
    assert!(
        why["refusal"].to_string().contains("/v1/oauth/token"),
        "{why}"
    );
}

#[tokio::test]
async fn services_answer_by_path_by_name_and_bare_paths_by_their_documented_owner() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let token = sandbox
        .tokens(&web, "read:biomarkers read:protocols read:profile")
        .await
        .access;
    let bare = sandbox
        .send(&Request::get("/v1/biomarkers/me").bearer(&token))
        .await
        .expect(200)
        .json();
    assert_eq!(
        bare["count"].as_u64().map(|count| count > 0),
        Some(true),
        "{bare}"
    );
    for (host, path) in [
        (None, "/clinical/v1/biomarkers/me"),
        (Some("clinical.localhost"), "/v1/biomarkers/me"),
        (Some("clinical.localhost"), "/clinical/v1/biomarkers/me"),
        (Some("localhost"), "/v1/biomarkers/me"),
        (Some("identity.localhost"), "/v1/biomarkers/me"),
    ] {
        let mut request = Request::get(path).bearer(&token);
        if let Some(host) = host {
            request = request.host(format!("{host}:{}", sandbox.port()));
        }
        assert_eq!(
            sandbox.send(&request).await.expect(200).json(),
            bare,
            "{host:?} {path}"
        );
    }
    // Another service does not have it; and identity is reached by its name too.
    let elsewhere = Request::get("/payments/v1/biomarkers/me").bearer(&token);
    sandbox
        .send(&elsewhere)
        .await
        .is_service_error(404, "not_found");
    sandbox
        .send(&Request::get("/identity/.well-known/jwks.json"))
        .await
        .expect(200);
    for service in [
        "clinical",
        "patient-graph",
        "membership",
        "payments",
        "community",
        "follows",
        "comms",
    ] {
        let document = sandbox
            .send(&Request::get(format!("/{service}/openapi.json")))
            .await
            .expect(200)
            .json();
        assert_eq!(
            document["openapi"]
                .as_str()
                .map(|version| version.starts_with("3.")),
            Some(true),
            "{service}"
        );
        assert!(
            document["paths"]
                .as_object()
                .is_some_and(|paths| !paths.is_empty()),
            "{service}"
        );
    }
    // The two documented operations at one path: the bare one is clinical's (ruling 33).
    let protocol = sandbox
        .send(&Request::get("/v1/protocols/x").bearer(&token))
        .await;
    protocol.is_service_error(404, "not_found");
    assert_eq!(
        sandbox.newest_exchange("protocols_get").await["service"],
        "clinical"
    );
}

#[tokio::test]
async fn the_base_url_says_what_is_here_and_nothing_secret() {
    let sandbox = Sandbox::with(|config| config.control_port = Some(0)).await;
    let base = sandbox.issuer();
    let page = sandbox.send(&Request::get("/")).await;
    page.is_page(200);
    let policy = page.header("content-security-policy").unwrap_or_default();
    assert!(policy.starts_with("default-src 'none'"), "{page}");
    let json = sandbox
        .send(&Request::get("/").header("Accept", "application/json"))
        .await
        .expect(200)
        .json();
    assert_eq!(json["issuer"], base);
    // Whatever it links to is there.
    let html = page.text();
    let mut links: Vec<&str> = html.split("href=\"").skip(1).collect();
    links = links
        .iter()
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let services = json["services"].as_array().expect("a list");
    assert_eq!(services.len(), 7);
    let told = services
        .iter()
        .map(|service| service["openapi"].as_str())
        .chain([json["discovery"].as_str(), json["jwks_uri"].as_str()]);
    for url in told {
        let path = url
            .and_then(|url| url.strip_prefix(base.as_str()))
            .expect("under the base URL");
        assert!(links.contains(&path), "{path} is on the page: {html}");
    }
    for path in links {
        sandbox.send(&Request::get(path)).await.expect(200);
    }
    let status = sandbox.rpc("sandbox_status", serde_json::json!({})).await;
    for text in [html.as_str(), &json.to_string()] {
        for secret in ["ctl_", "secret_", "#token"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
        for member in ["data_dir", "control"] {
            let value = status[member].as_str().expect("a text");
            assert!(!text.contains(value), "{value}: {text}");
        }
    }
    // At a service's own name there is no such page.
    sandbox
        .send(&Request::get("/").host(format!("clinical.localhost:{}", sandbox.port())))
        .await
        .is_service_error(404, "not_found");
}
