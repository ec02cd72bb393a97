//! Over TCP: one token opens it, and no other origin or host.

use connect_rpc::ErrorCode;
use connect_rpc::ErrorCode::{BadRequest, UnknownCommand};
use serde_json::json;

use super::rows::ground;
use super::{Tcp, is_error};
use crate::support::{Request, Sandbox};

#[tokio::test]
async fn over_tcp_every_command_answers_the_same() {
    let (sandbox, rows) = ground().await;
    let tcp = Tcp::of(&sandbox);
    for row in rows {
        is_error(&tcp.rpc(row.command, row.bad).await, row.code);
        let Some(good) = row.good else { continue };
        let answer = tcp.rpc(row.command, good).await;
        assert_eq!(answer.status, 200, "{}: {answer}", row.command);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert!(answer.json().is_object(), "{answer}");
    }
    is_error(&tcp.rpc("apps_explode", json!({})).await, UnknownCommand);
    for body in [
        "",
        "{",
        "[]",
        "{\"payload\":{}}",
        "{\"cmd\":7}",
        "{\"cmd\":\"apps_list\",\"surprise\":1}",
    ] {
        let request = Request::post("/rpc")
            .header("Content-Type", "application/json")
            .body(body)
            .bearer(&tcp.token);
        is_error(&tcp.send(&request).await, BadRequest);
    }
    // The payload may be left out when a command takes none.
    let request = Request::post("/rpc")
        .json(&json!({ "cmd": "apps_list" }))
        .bearer(&tcp.token);
    tcp.send(&request).await.expect(200);
    assert_eq!(
        tcp.send(&Request::get("/rpc").bearer(&tcp.token))
            .await
            .status,
        405
    );
    assert_eq!(
        tcp.send(&Request::get("/nothing").bearer(&tcp.token))
            .await
            .status,
        404
    );
    // None of this is the platform's traffic.
    let list = tcp
        .sandbox
        .rpc("traffic_list", json!({ "target": "/rpc" }))
        .await;
    assert_eq!(list["exchanges"], json!([]));
}

#[tokio::test]
async fn over_tcp_nothing_opens_without_the_token() {
    let (sandbox, _) = ground().await;
    let tcp = Tcp::of(&sandbox);
    let call = Tcp::call("apps_list", &json!({}));
    let user = sandbox.tokens(&sandbox.web().await, "openid").await.access;
    for request in [
        call.clone(),
        call.clone().bearer(""),
        call.clone().bearer("ctl_wrong"),
        call.clone().bearer(&tcp.token[..tcp.token.len() - 1]),
        call.clone().bearer(&format!("{}x", tcp.token)),
        call.clone().bearer(&user),
        call.clone().basic("x", &tcp.token),
        Request::post(format!("/rpc?token={}", tcp.token)).json(&json!({ "cmd": "apps_list" })),
        Request::get("/events"),
        Request::get("/nothing"),
    ] {
        let answer = tcp.send(&request).await;
        is_error(&answer, ErrorCode::Unauthorized);
        assert!(!answer.text().contains("Demo Web App"), "{answer}");
    }
    tcp.send(&call.clone().bearer(&tcp.token)).await.expect(200);
    // It is no token of the platform, and each start has its own.
    sandbox
        .biomarkers(&tcp.token)
        .await
        .is_service_error(401, "invalid_token");
    let other = Sandbox::with(|config| config.control_port = Some(0)).await;
    let answer = Tcp::of(&other).send(&call.bearer(&tcp.token)).await;
    is_error(&answer, ErrorCode::Unauthorized);
    // Without being asked for there is no listener at all.
    assert_eq!(Sandbox::start().await.app.control(), None);
}

#[tokio::test]
async fn over_tcp_another_origin_gets_nothing_even_with_the_token() {
    let (sandbox, _) = ground().await;
    let tcp = Tcp::of(&sandbox);
    let call = Tcp::call("apps_list", &json!({})).bearer(&tcp.token);
    // Not even one that an app lists, nor the platform's own pages.
    for origin in [
        "https://evil.example",
        "null",
        "http://localhost:5173",
        &sandbox.issuer(),
        &format!("https://{}", tcp.authority),
    ] {
        for request in [call.clone(), Request::get("/events").bearer(&tcp.token)] {
            let answer = tcp.send(&request.header("Origin", origin)).await;
            is_error(&answer, ErrorCode::Forbidden);
            answer.has_no_cors();
        }
        let preflight = Request::new("OPTIONS", "/rpc")
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "POST")
            .header(
                "Access-Control-Request-Headers",
                "authorization,content-type",
            );
        let answer = tcp.send(&preflight).await;
        answer.has_no_cors();
        assert!(answer.status >= 400, "{answer}");
    }
    tcp.send(
        &call
            .clone()
            .header("Origin", format!("http://{}", tcp.authority)),
    )
    .await
    .expect(200);
    for host in ["evil.example", "evil.example:80", "sandbox.test"] {
        let answer = tcp.send(&call.clone().host(host)).await;
        assert_eq!(answer.status, 421, "{answer}");
    }
}
