//! Home: recent traces in a few words, and how the sandbox is.

use connect_rpc::ErrorCode::BadRequest;
use serde_json::{Value, json};

use crate::support::{MAYA, Request, Sandbox, text};

async fn traces(sandbox: &Sandbox, request: Value) -> Vec<Value> {
    let list = sandbox.rpc("trace_list", request).await;
    list["traces"].as_array().expect("a list").clone()
}

/// The newest trace that began so.
async fn newest(sandbox: &Sandbox, began: &str) -> Value {
    let mut found = traces(sandbox, json!({ "began": began, "limit": 1 })).await;
    found
        .pop()
        .unwrap_or_else(|| panic!("no trace began with {began}"))
}

#[tokio::test]
async fn a_new_world_has_no_traces_and_a_flow_is_told_in_a_few_words() {
    let sandbox = Sandbox::approving().await;
    assert_eq!(traces(&sandbox, json!({})).await, [] as [Value; 0]);
    let web = sandbox.web().await;
    let tokens = sandbox.tokens(&web, "openid read:biomarkers").await;
    for _ in 0..3 {
        sandbox.biomarkers(&tokens.access).await.expect(200);
    }
    let trace = newest(&sandbox, "authorize").await;
    assert_eq!(
        trace["words"],
        "authorize → consent → code → tokens → 3 API calls"
    );
    assert_eq!(trace["outcome"], "completed");
    assert_eq!(
        (&trace["client_name"], &trace["user_name"]),
        (&json!("Demo Web App"), &json!("Maya Lindqvist"))
    );
    assert_eq!(
        (&trace["exchanges"], &trace["refusals"]),
        (&json!(5), &json!(0))
    );
    // Auto-approve, and no nonce beside openid.
    assert_eq!(trace["findings"], 1);
    let kinds: Vec<String> = trace["steps"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|step| text(&step["kind"]))
        .collect();
    assert_eq!(kinds, ["authorize", "consent", "code", "tokens", "api"]);

    sandbox.refresh(&web, &tokens.refresh).await.expect(200);
    sandbox.refresh(&web, &tokens.refresh).await.expect(400);
    let trace = newest(&sandbox, "authorize").await;
    assert_eq!(trace["outcome"], "refused");
    assert_eq!(
        trace["outcome_words"],
        format!("refused: {}", text(&trace["refused_by"]))
    );
    assert!(
        text(&trace["words"]).contains("refresh → "),
        "{}",
        trace["words"]
    );
    assert_eq!(trace["refusals"], 1);
}

#[tokio::test]
async fn a_trace_waits_for_the_person_until_they_answer_or_no_longer_can() {
    let sandbox = Sandbox::start().await;
    let web = sandbox.web().await;
    let mut browser = crate::support::Browser::new(&sandbox);
    let ask = web.authorize(&sandbox, "openid");
    let page = browser.consent_page(&ask, MAYA).await;
    let waiting = newest(&sandbox, "authorize").await;
    assert_eq!(waiting["outcome"], "waiting");
    assert_eq!(waiting["outcome_words"], "waiting for consent");
    assert_eq!(waiting["client_name"], "Demo Web App");
    browser.submit(&page, &[("decision", "deny")]).await;
    let denied = newest(&sandbox, "authorize").await;
    assert_eq!(denied["trace"], waiting["trace"]);
    assert_eq!(denied["outcome"], "denied", "{denied}");

    let ask = web.authorize(&sandbox, "openid");
    browser.open(&ask).await;
    sandbox.advance(31 * 60).await;
    let left = newest(&sandbox, "authorize").await;
    assert_eq!(left["outcome"], "abandoned", "{left}");
}

#[tokio::test]
async fn what_refused_a_request_is_said_and_the_console_and_machines_have_traces_too() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let wrong = web
        .authorize(&sandbox, "openid")
        .set("redirect_uri", "http://localhost:3000/");
    sandbox.send(&wrong.request()).await.expect(400);
    let trace = newest(&sandbox, "authorize").await;
    assert_eq!(trace["words"], "authorize refused");
    assert_eq!(trace["refused_by"], "redirect_uri_registered");

    let machine = sandbox.service_client("clinical").await;
    sandbox.machine_token(&machine, "admin:clinical").await;
    let trace = newest(&sandbox, "machine").await;
    assert_eq!(trace["words"], "machine token");
    assert_eq!(trace["client_name"], "clinical service");

    sandbox
        .rpc("apps_rotate_secret", json!({ "client_id": web.client_id }))
        .await;
    let trace = newest(&sandbox, "console").await;
    assert_eq!(trace["words"], "secret rotated");
    assert_eq!(trace["client_id"], web.client_id.as_str());
    assert_eq!(
        (&trace["exchanges"], &trace["last_exchange"]),
        (&json!(0), &Value::Null)
    );

    sandbox
        .send(&Request::get("/v1/nothing/here"))
        .await
        .expect(404);
    let trace = newest(&sandbox, "other").await;
    assert_eq!(trace["exchanges"], 1);
    let found = traces(&sandbox, json!({ "query": "ROTATED" })).await;
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn pages_of_traces_leave_none_out_and_tell_none_twice() {
    let sandbox = Sandbox::approving().await;
    let (web, spa) = (sandbox.web().await, sandbox.spa().await);
    let tokens = sandbox.tokens(&web, "read:biomarkers").await;
    for number in 0..7 {
        sandbox.tokens(&spa, "openid").await;
        let name = format!("Renamed {number}");
        let renamed = json!({ "client_id": spa.client_id, "name": name });
        sandbox.rpc("apps_update", renamed).await;
    }
    // The oldest trace of all becomes the newest.
    sandbox.biomarkers(&tokens.access).await.expect(200);
    let all = traces(&sandbox, json!({ "limit": 100 })).await;
    assert_eq!(all.len(), 15);
    assert_eq!(all[0]["client_id"], web.client_id.as_str());
    let (mut walked, mut before) = (Vec::new(), Value::Null);
    loop {
        let page = sandbox
            .rpc("trace_list", json!({ "limit": 4, "before": before }))
            .await;
        let traces = page["traces"].as_array().expect("a list");
        assert!(!traces.is_empty());
        walked.extend(traces.iter().cloned());
        before = page["next"].clone();
        if before.is_null() {
            break;
        }
    }
    assert_eq!(walked, all);
    // What time alone does brings no trace back to the top.
    sandbox.advance(2 * 3600).await;
    let later = traces(&sandbox, json!({ "limit": 100 })).await;
    let ids = |traces: &[Value]| -> Vec<Value> {
        traces.iter().map(|trace| trace["trace"].clone()).collect()
    };
    assert_eq!(later[0]["words"], "clock moved");
    assert_eq!(ids(&later[1..]), ids(&all));
    sandbox
        .rpc_fails("trace_list", json!({ "before": "7" }), BadRequest)
        .await;
}

#[tokio::test]
async fn health_says_where_it_listens_what_is_kept_and_what_came_in() {
    let sandbox = Sandbox::with(|config| {
        config.control_port = Some(0);
        config.allow_hosts = vec!["sandbox.test".to_owned()];
    })
    .await;
    let web = sandbox.web().await;
    let wrong = web
        .authorize(&sandbox, "openid")
        .set("redirect_uri", "http://localhost:3000/");
    sandbox.send(&wrong.request()).await.expect(400);
    sandbox
        .send(&Request::get("/.well-known/openid-configuration"))
        .await
        .expect(200);
    let health = sandbox.rpc("sandbox_health", json!({})).await;
    let listeners = health["listeners"].as_array().expect("a list");
    let names: Vec<String> = listeners.iter().map(|it| text(&it["name"])).collect();
    assert_eq!(names, ["platform", "control", "control_socket"]);
    assert_eq!(listeners[0]["port"], sandbox.port());
    assert_eq!(listeners[0]["reach"], "this_machine");
    assert!(text(&listeners[0]["guard"]).contains("sandbox.test"));
    assert_eq!(listeners[2]["reach"], "owner");
    assert!(!text(&listeners[2]["address"]).is_empty());
    assert!(
        health["files"]
            .as_array()
            .expect("a list")
            .iter()
            .all(|file| file["bytes"].as_u64() > Some(0))
    );
    let retention = &health["retention"];
    assert_eq!(
        (&retention["exchanges"], &retention["keep_exchanges"]),
        (&json!(2), &json!(200_000))
    );
    assert!(retention["oldest"].is_string());
    let hour = &health["last_hour"];
    assert_eq!(
        [
            &hour["exchanges"],
            &hour["refusals"],
            &hour["findings"],
            &hour["failures"]
        ],
        [2, 1, 0, 0]
    );
    assert_eq!(health["key"]["place"], "memory");
    // It is an hour of the person's own: moving the sandbox clock does not empty it.
    sandbox.advance(3601).await;
    let later = sandbox.rpc("sandbox_health", json!({})).await;
    assert_eq!(&later["last_hour"], hour);
    let same = json!({ "query": format!("after:{}", text(&hour["since"])) });
    let listed = sandbox.rpc("traffic_list", same).await;
    assert_eq!(listed["matching"], 2);
}

#[tokio::test]
async fn the_command_of_a_notice_mends_it() {
    let sandbox = Sandbox::start().await;
    sandbox
        .rpc(
            "settings_update",
            json!({
                "auto_approve": MAYA, "stamp_virtual_time": true, "refresh_grace_seconds": 5, "userinfo": true,
                "rate_limit_per_minute": 1000
            }),
        )
        .await;
    sandbox.rpc("clock_pause", json!({})).await;
    let notices = async || {
        let health = sandbox.rpc("sandbox_health", json!({})).await;
        health["notices"].as_array().expect("a list").clone()
    };
    let mut mended = Vec::new();
    for notice in notices().await {
        assert!(!text(&notice["message"]).is_empty());
        if let Some(command) = notice["fix"]["command"].as_str() {
            assert!(
                connect_rpc::COMMANDS.iter().any(|it| it.name == command),
                "{notice}"
            );
            sandbox.rpc(command, notice["fix"]["payload"].clone()).await;
            mended.push(text(&notice["code"]));
        }
    }
    assert_eq!(
        mended,
        [
            "auto_approve",
            "virtual_time",
            "refresh_grace",
            "userinfo",
            "rate_limit",
            "clock_paused"
        ]
    );
    let left: Vec<String> = notices().await.iter().map(|it| text(&it["code"])).collect();
    assert_eq!(left, ["not_kept"]);
}

#[tokio::test]
async fn apps_are_counted_without_the_clients_of_the_services_themselves() {
    let sandbox = Sandbox::start().await;
    sandbox.register_web("One more").await;
    let listed = sandbox.rpc("apps_list", json!({})).await;
    let listed = listed["apps"].as_array().expect("a list");
    let of_services = listed
        .iter()
        .filter(|app| !app["service"].is_null())
        .count();
    let status = sandbox.rpc("sandbox_status", json!({})).await;
    let counts = &status["counts"];
    assert!(of_services > 0, "each service has one");
    assert_eq!(
        json!([counts["apps"], counts["service_clients"]]),
        json!([listed.len() - of_services, of_services])
    );
}
