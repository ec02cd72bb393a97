//! The traffic panel's commands over a real flow: what is filtered, found, explained, compared, copied and taken away.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connect_core::Timestamp;
use connect_rpc::ErrorCode::{BadRequest, Conflict, Invalid, NotFound};
use serde_json::{Value, json};

use crate::support::{MAYA, Partner, Request, Sandbox, Tokens, text};

/// A partner's flow, an API call with its token, and a refused exchange of a code.
async fn flow() -> (Sandbox, Partner, Tokens) {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let tokens = sandbox.tokens(&web, "openid read:biomarkers").await;
    sandbox.biomarkers(&tokens.access).await.expect(200);
    let code = sandbox.code(&web, "openid").await;
    let wrong = web
        .exchange(&code)
        .set("redirect_uri", "http://localhost:1/wrong");
    sandbox
        .token(&wrong)
        .await
        .is_oauth_error(400, "invalid_grant");
    (sandbox, web, tokens)
}

async fn list(sandbox: &Sandbox, query: &str) -> Value {
    sandbox
        .rpc("traffic_list", json!({ "query": query, "limit": 1000 }))
        .await
}

/// Operations of the exchanges that fit, newest first.
async fn operations(sandbox: &Sandbox, query: &str) -> Vec<String> {
    let list = list(sandbox, query).await;
    let rows = list["exchanges"].as_array().expect("a list");
    assert_eq!(list["matching"], rows.len(), "{query}");
    rows.iter().map(|row| text(&row["operation"])).collect()
}

#[tokio::test]
async fn the_list_is_filtered_by_names_statuses_and_text() {
    let (sandbox, web, tokens) = flow().await;
    for (query, expected) in [
        ("status:4xx", vec!["token"]),
        ("operation:token -is:refused", vec!["token"]),
        ("is:refused app:\"demo web\"", vec!["token"]),
        ("service:clinical user:maya", vec!["biomarkers_me"]),
        (
            &format!("service:clinical user:{MAYA}"),
            vec!["biomarkers_me"],
        ),
        (&format!("app:{} status:4xx", web.client_id), vec!["token"]),
        ("app:\"no such app\"", vec![]),
        ("ferritin", vec!["biomarkers_me"]),
        (
            "\"invalid_grant\" or service:clinical",
            vec!["token", "biomarkers_me"],
        ),
        (
            "path:/v1/biomarkers method:get after:1h",
            vec!["biomarkers_me"],
        ),
        ("before:1h", vec![]),
        ("\"[refresh_token\" status:200", vec!["token"]),
        (tokens.access.as_str(), vec![]),
    ] {
        assert_eq!(operations(&sandbox, query).await, expected, "{query}");
    }
    // The fields of before go together with the query.
    let both = json!({ "query": "status:4xx", "operation": "token", "refused": false });
    assert_eq!(sandbox.rpc("traffic_list", both).await["matching"], 0);
    let error = sandbox
        .rpc_fails(
            "traffic_list",
            json!({ "query": "status:4xx colour:red" }),
            Invalid,
        )
        .await;
    assert_eq!(error.detail["flaws"][0]["field"], "query");
    assert_eq!(
        (&error.detail["start"], &error.detail["end"]),
        (&json!(11), &json!(17))
    );
    assert!(
        error.message.contains("There is no field `colour`"),
        "{error}"
    );
}

#[tokio::test]
async fn a_list_can_stand_still_and_be_read_from_both_ends() {
    let (sandbox, web, tokens) = flow().await;
    let all = sandbox.rpc("traffic_list", json!({ "limit": 1000 })).await;
    let rows = all["exchanges"].as_array().expect("a list").clone();
    let last = all["last"].clone();
    assert_eq!(all["total"], rows.len());
    assert_eq!(rows[0]["seq"], last);
    sandbox.biomarkers(&tokens.access).await.expect(200);
    assert_eq!(list(&sandbox, "").await["total"], rows.len() + 1);
    let still = sandbox
        .rpc(
            "traffic_list",
            json!({ "up_to": last, "order": "oldest", "offset": 1, "limit": 2 }),
        )
        .await;
    assert_eq!(still["matching"], rows.len());
    assert_eq!(still["total"], rows.len() + 1);
    assert_eq!(still["exchanges"][0], rows[rows.len() - 2]);
    assert_eq!(still["exchanges"][1], rows[rows.len() - 3]);
    let wanted = rows[1]["id"].clone();
    let at = json!({ "up_to": last, "position_of": wanted, "limit": 1 });
    assert_eq!(sandbox.rpc("traffic_list", at).await["position"], 1);
    let elsewhere = json!({ "query": "is:pinned", "position_of": wanted });
    assert_eq!(
        sandbox.rpc("traffic_list", elsewhere).await["position"],
        Value::Null
    );
    // Pinned, counted, and gone with the rest.
    let pin = json!({ "exchange": wanted, "pinned": true });
    sandbox.rpc("traffic_pin", pin).await;
    let pinned = list(&sandbox, "is:pinned").await;
    assert_eq!(
        (&pinned["matching"], &pinned["pinned"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(pinned["exchanges"][0]["id"], wanted);
    sandbox.rpc("workspace_clear", json!({})).await;
    assert_eq!(list(&sandbox, "").await["total"], 0);
    sandbox.tokens(&web, "openid").await;
    let after = list(&sandbox, "").await;
    assert!(
        after["exchanges"][0]["seq"].as_i64() > last.as_i64(),
        "no place is given twice"
    );
}

#[tokio::test]
async fn what_can_be_filtered_by_is_told_with_what_there_is() {
    let (sandbox, web, _) = flow().await;
    let query = "method:POST status:4xx -is:pinned";
    let answer = sandbox
        .rpc("traffic_filters", json!({ "query": query }))
        .await;
    let fields = answer["fields"].as_array().expect("a list");
    let values = |name: &str| -> Vec<Value> {
        let field = fields.iter().find(|field| field["name"] == name);
        let field = field.unwrap_or_else(|| panic!("no field {name}"));
        assert!(!text(&field["description"]).is_empty());
        field["values"].as_array().expect("a list").clone()
    };
    let has = |name: &str, value: &str| values(name).iter().any(|known| known["value"] == value);
    for (name, value) in [
        ("status", "4xx"),
        ("status", "400"),
        ("service", "clinical"),
        ("operation", "token"),
        ("error", "invalid_grant"),
        ("method", "POST"),
        ("is", "refused"),
        ("user", MAYA),
        ("listener", "platform"),
    ] {
        assert!(has(name, value), "{name}:{value} is offered");
    }
    let app = values("app")
        .into_iter()
        .find(|app| app["value"] == web.client_id);
    assert_eq!(app.expect("it is offered")["label"], "Demo Web App");
    // Whatever is offered is a condition.
    for field in fields {
        for value in field["values"].as_array().expect("a list") {
            let written = json!(text(&value["value"])).to_string();
            let operator = text(&field["operators"][0]);
            let condition = format!("{}{operator}{written}", text(&field["name"]));
            list(&sandbox, &condition).await;
        }
    }
    let read = &answer["query"];
    assert_eq!(
        read["sentence"],
        "POST requests answered with a 4xx status that are not pinned"
    );
    assert_eq!(read["canonical"], "method:POST status:4xx not is:pinned");
    assert_eq!(read["error"], Value::Null);
    let tokens = read["tokens"].as_array().expect("a list");
    let kinds: Vec<String> = tokens.iter().map(|token| text(&token["kind"])).collect();
    assert_eq!(kinds, ["field", "field", "not", "field"]);
    assert_eq!(tokens[1]["says"], "were answered with a 4xx status");
    let wrong = sandbox
        .rpc("traffic_filters", json!({ "query": "status:4xx (" }))
        .await;
    assert_eq!(wrong["query"]["error"]["start"], 12);
    assert_eq!(wrong["query"]["sentence"], Value::Null);
}

#[tokio::test]
async fn messages_are_taken_apart_and_explained() {
    let (sandbox, web, _) = flow().await;
    let exchange = list(&sandbox, "operation:token status:200").await["exchanges"][0].clone();
    let detail = sandbox
        .rpc("traffic_get", json!({ "exchange": exchange["id"] }))
        .await;
    let (request, response) = (&detail["request_parts"], &detail["response_parts"]);
    assert_eq!(request["start_line"], "POST /v1/oauth/token HTTP/1.1");
    assert_eq!(request["kind"], "form");
    let form: Vec<(String, String)> = request["form"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|field| (text(&field["name"]), text(&field["value"])))
        .collect();
    let value = |name: &str| {
        let found = form.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    assert_eq!(value("grant_type"), "authorization_code");
    assert_eq!(value("redirect_uri"), web.redirect_uri);
    assert!(
        value("client_secret").starts_with("[client_secret "),
        "{form:?}"
    );
    assert_eq!(response["kind"], "json");
    assert_eq!(response["media_type"], "application/json");
    assert_eq!(response["truncated"], false);
    assert!(text(&response["body"]).contains("{\n  \"access_token\": \"[access_token "));
    assert_eq!(response["status"]["source"], "RFC 9110 §15.3.1");
    let headers = response["headers"].as_array().expect("a list");
    let cache = headers
        .iter()
        .find(|header| {
            header["name"]
                .as_str()
                .is_some_and(|name| name.eq_ignore_ascii_case("cache-control"))
        })
        .expect("it is sent");
    assert_eq!(cache["value"], "no-store");
    assert_eq!(cache["meaning"]["source"], "RFC 9111 §5.2");
    let authorize = list(&sandbox, "operation:authorize").await["exchanges"][0].clone();
    let detail = sandbox
        .rpc("traffic_get", json!({ "exchange": authorize["id"] }))
        .await;
    let query = detail["request_parts"]["query"].as_array().expect("a list");
    assert!(query.contains(&json!({ "name": "redirect_uri", "value": web.redirect_uri })));
}

#[tokio::test]
async fn two_exchanges_stand_beside_each_other() {
    let (sandbox, _, _) = flow().await;
    let good = list(&sandbox, "operation:token status:200").await["exchanges"][0]["id"].clone();
    let bad = list(&sandbox, "operation:token status:400").await["exchanges"][0]["id"].clone();
    let compared = sandbox
        .rpc("traffic_compare", json!({ "left": good, "right": bad }))
        .await;
    let fields = compared["fields"].as_array().expect("a list");
    let outcome = |place: &str, name: &str| {
        let found = fields
            .iter()
            .find(|field| field["place"] == place && field["name"] == name);
        text(&found.unwrap_or_else(|| panic!("no {place} {name}: {compared}"))["outcome"])
    };
    for (place, name, expected) in [
        ("request_line", "path", "same"),
        ("request_body", "client_id", "same"),
        ("request_body", "client_secret", "same"),
        ("request_body", "code", "different"),
        ("request_body", "redirect_uri", "different"),
        ("status_line", "status", "different"),
        ("response_header", "content-type", "same"),
        ("response_body", "access_token", "only_left"),
        ("response_body", "error", "only_right"),
    ] {
        assert_eq!(outcome(place, name), expected, "{place} {name}");
    }
    let status = fields
        .iter()
        .find(|field| field["place"] == "status_line" && field["name"] == "status");
    assert_eq!(
        status.expect("it is there")["difference"],
        json!({ "same_start": 0, "same_end": 2 })
    );
    let different = fields.iter().filter(|field| field["outcome"] != "same");
    assert_eq!(compared["differences"], different.count());
    let same = sandbox
        .rpc("traffic_compare", json!({ "left": good, "right": good }))
        .await;
    assert_eq!(same["differences"], 0);
}

/// What stands between two texts, the credential itself never among it.
fn holds_none(what: &str, text: &str, tokens: &Tokens, web: &Partner) {
    for secret in [
        &tokens.access,
        &tokens.refresh,
        web.secret.as_ref().expect("it has one"),
    ] {
        assert!(!text.contains(&secret[10..]), "{what} holds a credential");
    }
}

#[tokio::test]
async fn a_request_is_copied_without_its_credentials_unless_they_are_asked_for() {
    let (sandbox, web, tokens) = flow().await;
    let call = list(&sandbox, "operation:biomarkers_me").await["exchanges"][0]["id"].clone();
    let exchange = list(&sandbox, "operation:token status:200").await["exchanges"][0]["id"].clone();
    for format in ["curl", "httpie", "fetch", "python"] {
        for exchange in [&call, &exchange] {
            let copied = sandbox
                .rpc(
                    "traffic_copy_as",
                    json!({ "exchange": exchange, "format": format }),
                )
                .await;
            holds_none(format, &copied.to_string(), &tokens, &web);
            assert!(copied["masked"].as_u64() >= Some(1), "{copied}");
        }
        let whole = json!({ "exchange": call, "format": format, "with_credentials": true });
        let copied = sandbox.rpc("traffic_copy_as", whole).await;
        assert!(text(&copied["text"]).contains(&tokens.access), "{copied}");
        assert_eq!(copied["masked"], 0);
    }
    let journal = sandbox.journal("exchange.revealed").await;
    let how: Vec<String> = journal
        .iter()
        .map(|entry| text(&entry["detail"]["how"]))
        .collect();
    assert_eq!(how, ["curl", "httpie", "fetch", "python"]);
    assert!(journal.iter().all(|entry| entry["subject"] == call));
    sandbox
        .rpc("traffic_reveal", json!({ "exchange": call }))
        .await;
    let journal = sandbox.journal("exchange.revealed").await;
    assert_eq!(
        journal.last().expect("it is there")["detail"]["how"],
        "shown"
    );
}

/// The command that was copied does what the request did.
#[cfg(unix)]
#[tokio::test]
async fn a_copied_curl_command_runs() {
    let (sandbox, _, tokens) = flow().await;
    let answer = sandbox.biomarkers(&tokens.access).await;
    let call = sandbox.newest_exchange("biomarkers_me").await;
    let whole = json!({ "exchange": call["id"], "format": "curl", "with_credentials": true });
    let copied = sandbox.rpc("traffic_copy_as", whole).await;
    let mut shell = tokio::process::Command::new("sh");
    let ran = shell
        .args(["-c", &text(&copied["text"])])
        .env("NO_PROXY", "*")
        .env("no_proxy", "*")
        .output()
        .await
        .expect("a shell");
    assert!(
        ran.status.success(),
        "{copied}: {}",
        String::from_utf8_lossy(&ran.stderr)
    );
    assert_eq!(String::from_utf8_lossy(&ran.stdout), answer.text());
    let again = sandbox.newest_exchange("biomarkers_me").await;
    let compared = sandbox
        .rpc(
            "traffic_compare",
            json!({ "left": call["id"], "right": again["id"] }),
        )
        .await;
    let fields = compared["fields"].as_array().expect("a list");
    let body = fields
        .iter()
        .filter(|field| field["place"] == "response_body");
    assert!(body.clone().count() > 10);
    assert!(
        body.clone().all(|field| field["outcome"] == "same"),
        "{compared}"
    );
}

fn entries(exported: &Value) -> &Vec<Value> {
    exported["har"]["log"]["entries"]
        .as_array()
        .expect("a list")
}

/// The text of a request's body in the file.
fn posted<'e>(entry: &'e Value, name: &str) -> &'e str {
    let params = entry["request"]["postData"]["params"]
        .as_array()
        .expect("a form");
    let found = params.iter().find(|field| field["name"] == name);
    found
        .and_then(|field| field["value"].as_str())
        .unwrap_or_default()
}

#[tokio::test]
async fn a_file_of_exchanges_holds_no_credential_and_keeps_what_belongs_together() {
    let (sandbox, web, tokens) = flow().await;
    let request = Request::get("/v1/none?code_verifier=plainverifier")
        .header("Cookie", "theirs=cookievalue")
        .header("X-Api-Key", "keyvalue");
    sandbox.send(&request).await;
    let exported = sandbox.rpc("traffic_export", json!({})).await;
    let written = exported.to_string();
    holds_none("the file", &written, &tokens, &web);
    for value in ["plainverifier", "cookievalue", "keyvalue"] {
        assert!(!written.contains(value), "{value}");
    }
    let log = &exported["har"]["log"];
    assert_eq!(log["version"], "1.2");
    assert_eq!(exported["exchanges"], entries(&exported).len());
    let started: Vec<Timestamp> = entries(&exported)
        .iter()
        .map(|entry| text(&entry["startedDateTime"]).parse().expect("a moment"))
        .collect();
    assert!(started.is_sorted(), "oldest first: {started:?}");
    for entry in entries(&exported) {
        for member in [
            "method",
            "url",
            "httpVersion",
            "cookies",
            "headers",
            "queryString",
            "headersSize",
            "bodySize",
        ] {
            assert!(!entry["request"][member].is_null(), "{member}");
        }
        for member in [
            "status",
            "statusText",
            "httpVersion",
            "cookies",
            "headers",
            "content",
            "redirectURL",
            "headersSize",
            "bodySize",
        ] {
            assert!(!entry["response"][member].is_null(), "{member}");
        }
        for member in ["send", "wait", "receive"] {
            assert!(entry["timings"][member].as_f64() >= Some(0.0), "{member}");
        }
    }
    // The token that was given out is the one that was used, under a name of this file's own.
    let operation = |name: &str| {
        let found = entries(&exported)
            .iter()
            .find(|entry| entry["_operation"] == name);
        found.unwrap_or_else(|| panic!("no {name}"))
    };
    let given: Value =
        serde_json::from_str(&text(&operation("token")["response"]["content"]["text"]))
            .expect("JSON");
    let placeholder = text(&given["access_token"]);
    assert!(placeholder.starts_with("[access_token."), "{placeholder}");
    let headers = operation("biomarkers_me")["request"]["headers"]
        .as_array()
        .expect("a list")
        .clone();
    assert!(
        headers
            .iter()
            .any(|header| header["value"] == format!("Bearer {placeholder}")),
        "{headers:?}"
    );
    let secrets: Vec<&str> = entries(&exported)
        .iter()
        .filter(|entry| entry["_operation"] == "token")
        .map(|entry| posted(entry, "client_secret"))
        .collect();
    assert!(
        secrets.len() == 2 && secrets[0] == secrets[1],
        "{secrets:?}"
    );
    let named: Vec<String> = exported["redacted"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| text(&one["what"]))
        .collect();
    for what in [
        "access_token",
        "client_secret",
        "code",
        "cookie",
        "code_verifier",
        "authorization",
    ] {
        assert!(
            named.iter().any(|known| known == what),
            "{what} in {named:?}"
        );
    }
    assert_eq!(log["_redacted"].as_array().map(Vec::len), Some(named.len()));
    assert!(text(&log["comment"]).contains("placeholders"));
    let cookies = |entry: &Value| entry["request"]["cookies"].as_array().cloned();
    let theirs: Vec<Value> = entries(&exported)
        .iter()
        .flat_map(|entry| cookies(entry).expect("a list"))
        .collect();
    assert_eq!(theirs.len(), 1);
    assert_eq!(theirs[0]["name"], "theirs");
    assert!(text(&theirs[0]["value"]).starts_with("[cookie."));
    // Another file has other placeholders.
    let another = sandbox.rpc("traffic_export", json!({})).await.to_string();
    assert!(!another.contains(&placeholder));
    assert!(sandbox.journal("exchange.revealed").await.is_empty());
}

#[tokio::test]
async fn a_file_with_credentials_is_asked_for_by_name_and_journalled() {
    let (sandbox, web, tokens) = flow().await;
    let whole = json!({ "query": "operation:token status:200", "with_credentials": true });
    let exported = sandbox.rpc("traffic_export", whole).await;
    let entry = &entries(&exported)[0];
    let given: Value =
        serde_json::from_str(&text(&entry["response"]["content"]["text"])).expect("JSON");
    assert_eq!(given["access_token"], tokens.access);
    assert_eq!(Some(posted(entry, "client_secret")), web.secret.as_deref());
    assert_eq!(
        (&exported["lost"], &exported["redacted"]),
        (&json!(0), &json!([]))
    );
    let journal = sandbox.journal("exchange.revealed").await;
    assert_eq!(
        journal[0]["detail"],
        json!({ "how": "har", "exchanges": 1 })
    );
}

#[tokio::test]
async fn a_file_takes_the_exchanges_that_were_named_and_says_when_they_are_too_many() {
    let (sandbox, _, _) = flow().await;
    let rows = list(&sandbox, "operation:token").await["exchanges"].clone();
    let ids = json!([rows[0]["id"], rows[1]["id"], rows[0]["id"]]);
    let exported = sandbox
        .rpc("traffic_export", json!({ "exchanges": ids }))
        .await;
    let order: Vec<&Value> = entries(&exported)
        .iter()
        .map(|entry| &entry["_id"])
        .collect();
    assert_eq!(
        order,
        [&rows[1]["id"], &rows[0]["id"]],
        "oldest first, each once"
    );
    let many: Vec<String> = (0..1001)
        .map(|number| format!("exchange_{number}"))
        .collect();
    let error = sandbox
        .rpc_fails("traffic_export", json!({ "exchanges": many }), Conflict)
        .await;
    assert!(error.message.contains("narrow the query"), "{error}");
    assert_eq!(error.detail["most_exchanges"], 1000);
    sandbox
        .rpc_fails(
            "traffic_export",
            json!({ "exchanges": ["exchange_none"] }),
            NotFound,
        )
        .await;
    sandbox
        .rpc_fails(
            "traffic_export",
            json!({ "exchanges": [], "query": "" }),
            BadRequest,
        )
        .await;
    // What never became a request is told, not written.
    let mut wire = tokio::net::TcpStream::connect(&sandbox.authority)
        .await
        .expect("a connection");
    tokio::io::AsyncWriteExt::write_all(&mut wire, b"\x16\x03\x01")
        .await
        .expect("it is sent");
    drop(wire);
    let exported = Sandbox::wait_for("the stray to be recorded", || async {
        let exported = sandbox.rpc("traffic_export", json!({})).await;
        (exported["left_out"] == 1).then_some(exported)
    })
    .await;
    assert!(text(&exported["har"]["log"]["comment"]).contains("left out"));
    let stray = list(&sandbox, "is:open").await["exchanges"][0]["id"].clone();
    sandbox
        .rpc_fails(
            "traffic_copy_as",
            json!({ "exchange": stray, "format": "curl" }),
            Conflict,
        )
        .await;
    let revealed = sandbox
        .rpc("traffic_reveal", json!({ "exchange": stray }))
        .await;
    let bytes = STANDARD
        .decode(text(&revealed["request_base64"]))
        .expect("base64");
    assert_eq!(bytes, b"\x16\x03\x01");
}
