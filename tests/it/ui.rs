//! The console's user interface over the control listener: its files for everybody on this machine, its commands for one
//! token, and nothing for a page of another origin.

use connect_app::UiFiles;
use serde_json::json;

use crate::support::http::{Answer, send};
use crate::support::{Request, Sandbox};

const PAGE: &[u8] = b"<!doctype html><script type=module src=/assets/main-1a2b3c4d.js></script>";
const SCRIPT: &[u8] = b"console.log('ready')";

/// A sandbox that serves a page, and where.
async fn serving() -> (Sandbox, String) {
    let sandbox = Sandbox::with(|config| {
        config.control_port = Some(0);
        config.ui = Some(UiFiles::new([
            ("index.html", PAGE),
            ("assets/main-1a2b3c4d.js", SCRIPT),
            ("icon.svg", b"<svg/>".as_slice()),
        ]));
    })
    .await;
    let url = sandbox.app.control().expect("a control listener").url;
    let authority = url.trim_start_matches("http://").to_owned();
    (sandbox, authority)
}

#[track_caller]
fn is(answer: &Answer, kind: &str, caching: &str) {
    assert_eq!(answer.status, 200, "{answer}");
    let expected = [
        ("content-type", kind),
        ("cache-control", caching),
        (
            "content-security-policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ];
    for (name, value) in expected {
        assert_eq!(answer.headers(name), [value], "{name}");
    }
    answer.has_no_cors();
}

#[tokio::test]
async fn files_are_served_to_anybody_with_strict_headers() {
    let (_sandbox, authority) = serving().await;
    let get = |path: &'static str| Request::get(path);
    for path in ["/", "/index.html", "/?from=somewhere"] {
        let answer = send(&authority, &get(path)).await;
        is(&answer, "text/html; charset=utf-8", "no-cache");
        assert_eq!(answer.body, PAGE);
    }
    let script = send(&authority, &get("/assets/main-1a2b3c4d.js")).await;
    is(
        &script,
        "text/javascript; charset=utf-8",
        "public, max-age=31536000, immutable",
    );
    assert_eq!(script.body, SCRIPT);
    let icon = send(&authority, &get("/icon.svg")).await;
    is(&icon, "image/svg+xml", "no-cache");
}

#[tokio::test]
async fn a_file_is_not_sent_again_to_who_has_it() {
    let (_sandbox, authority) = serving().await;
    let whole = send(&authority, &Request::get("/")).await;
    let tag = whole.header("etag").expect("a tag").to_owned();
    let other = send(&authority, &Request::get("/icon.svg")).await;
    assert_ne!(other.header("etag"), Some(tag.as_str()));
    for sent in [
        tag.clone(),
        format!("W/{tag}"),
        format!("\"x\", {tag}"),
        "*".to_owned(),
    ] {
        let request = Request::get("/").header("If-None-Match", sent);
        let answer = send(&authority, &request).await;
        assert_eq!((answer.status, answer.body.len()), (304, 0), "{answer}");
        assert_eq!(answer.header("etag"), Some(tag.as_str()));
    }
    let request = Request::get("/").header("If-None-Match", "\"x\"");
    assert_eq!(send(&authority, &request).await.body, PAGE);
    let head = send(&authority, &Request::new("HEAD", "/")).await;
    assert_eq!((head.status, head.body.len()), (200, 0), "{head}");
    assert_eq!(
        head.header("content-length"),
        Some(PAGE.len().to_string().as_str())
    );
    assert_eq!(head.header("etag"), Some(tag.as_str()));
}

#[tokio::test]
async fn only_the_root_is_the_page_and_files_are_only_read() {
    let (_sandbox, authority) = serving().await;
    for path in [
        "/traffic",
        "/assets",
        "/assets/",
        "/assets/../index.html",
        "/%69ndex.html",
        "//index.html",
        "/.env",
    ] {
        let answer = send(&authority, &Request::get(path)).await;
        assert_eq!(answer.status, 404, "{path}: {answer}");
    }
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        let answer = send(&authority, &Request::new(method, "/")).await;
        assert_eq!(answer.status, 405, "{method}: {answer}");
        assert_eq!(answer.header("allow"), Some("GET, HEAD"), "{method}");
    }
}

#[tokio::test]
async fn commands_still_take_the_token_which_stands_in_no_file() {
    let (sandbox, authority) = serving().await;
    let control = sandbox.app.control().expect("a control listener");
    let call = Request::post("/rpc").json(&json!({ "cmd": "sandbox_status" }));
    assert_eq!(send(&authority, &call).await.status, 401);
    assert_eq!(send(&authority, &Request::get("/events")).await.status, 401);
    let with_token = call.clone().bearer(&control.token);
    send(&authority, &with_token).await.expect(200);
    // The page opens commands with the token of its address, which a browser sends to nobody.
    let ui = control.ui.expect("the address of the page");
    assert_eq!(ui, format!("{}/#token={}", control.url, control.token));
    let page = send(&authority, &Request::get("/")).await;
    assert!(!page.text().contains(&control.token));
    // Without files nothing is told apart: every path wants the token.
    let plain = Sandbox::with(|config| config.control_port = Some(0)).await;
    let address = plain.app.control().expect("a control listener");
    assert_eq!(address.ui, None);
    let authority = address.url.trim_start_matches("http://");
    assert_eq!(send(authority, &Request::get("/")).await.status, 401);
}

#[tokio::test]
async fn a_page_of_another_origin_gets_neither_files_nor_commands() {
    let (sandbox, authority) = serving().await;
    let token = sandbox.app.control().expect("a control listener").token;
    let call = Request::post("/rpc")
        .json(&json!({ "cmd": "sandbox_status" }))
        .bearer(&token);
    let requests = [
        Request::get("/"),
        Request::get("/assets/main-1a2b3c4d.js"),
        call,
    ];
    for request in &requests {
        for origin in ["https://evil.example", "null", &sandbox.issuer()] {
            let answer = send(&authority, &request.clone().header("Origin", origin)).await;
            assert_eq!(answer.status, 403, "{origin}: {answer}");
            answer.has_no_cors();
        }
        // What `<script src>` and `<img>` of another site send has no origin, but says where it comes from.
        for site in ["cross-site", "same-site"] {
            let embedded = request
                .clone()
                .header("Sec-Fetch-Site", site)
                .header("Sec-Fetch-Mode", "no-cors");
            assert_eq!(send(&authority, &embedded).await.status, 403, "{site}");
        }
        let own = request
            .clone()
            .header("Origin", format!("http://{authority}"))
            .header("Sec-Fetch-Site", "same-origin")
            .header("Sec-Fetch-Mode", "cors");
        assert_eq!(send(&authority, &own).await.status, 200);
        let other_host = request.clone().host("evil.example");
        assert_eq!(send(&authority, &other_host).await.status, 421);
    }
    // A link from anywhere may be followed: what it opens has no token.
    let followed = Request::get("/")
        .header("Sec-Fetch-Site", "cross-site")
        .header("Sec-Fetch-Mode", "navigate");
    assert_eq!(send(&authority, &followed).await.status, 200);
}
