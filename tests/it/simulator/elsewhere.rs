//! Another platform: its metadata names paths of its own, and its pages are sent by GET. The walk is the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use connect_core::protocol::pkce;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::walker::{STEPS, Walk};
use crate::support::{Sandbox, text};

const APP: &str = "abc";
const SECRET: &str = "a-secret-of-another-platform";
const REDIRECT: &str = "https://app.example.com/cb";

type Params = HashMap<String, String>;

/// What it has given out.
#[derive(Default)]
struct Given {
    number: u32,
    /// The challenge of each code that was not exchanged yet.
    codes: HashMap<String, String>,
    access: Vec<String>,
    refresh: Option<String>,
}

impl Given {
    fn name(&mut self, kind: &str) -> String {
        self.number += 1;
        format!("{kind}-{:08}", self.number)
    }

    fn tokens(&mut self) -> String {
        let (access, refresh) = (self.name("access"), self.name("refresh"));
        self.access.push(access.clone());
        self.refresh = Some(refresh.clone());
        json!({ "access_token": access, "refresh_token": refresh, "token_type": "Bearer",
            "expires_in": 3600, "scope": "read:biomarkers" })
        .to_string()
    }

    fn end(&mut self) {
        self.access.clear();
        self.refresh = None;
    }
}

/// The other platform.
struct Platform {
    base: String,
    /// Method and path of each request.
    heard: Arc<Mutex<Vec<String>>>,
    serving: JoinHandle<()>,
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Platform {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (own, tell) = (base.clone(), Arc::clone(&heard));
        let given = Arc::new(Mutex::new(Given::default()));
        let serving = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some((method, target, bearer, body)) = read(&mut stream).await else {
                    continue;
                };
                let path = target.split('?').next().unwrap_or_default().to_owned();
                let heard = format!("{method} {path}");
                tell.lock().expect("nobody panicked").push(heard.clone());
                let query = target.split_once('?').map_or("", |(_, query)| query);
                let params = form_urlencoded::parse(format!("{query}&{body}").as_bytes())
                    .into_owned()
                    .collect();
                let answer = {
                    let mut given = given.lock().expect("nobody panicked");
                    answered(&own, &heard, &params, bearer.as_deref(), &mut given)
                };
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self {
            base,
            heard,
            serving,
        }
    }
}

/// Method, target, bearer token and body of a request.
async fn read(stream: &mut TcpStream) -> Option<(String, String, Option<String>, String)> {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0; 4096];
        let count = stream.read(&mut part).await.ok().filter(|it| *it > 0)?;
        bytes.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let header = |name: &str| {
            head.lines().find_map(|line| {
                let (it, value) = line.split_once(':')?;
                it.eq_ignore_ascii_case(name)
                    .then(|| value.trim().to_owned())
            })
        };
        let length: usize = header("content-length").map_or(0, |it| it.parse().expect("a length"));
        if body.len() < length {
            continue;
        }
        let mut line = head.split(' ');
        let (method, target) = (line.next()?.to_owned(), line.next()?.to_owned());
        let bearer = header("authorization");
        let bearer = bearer.and_then(|it| it.strip_prefix("Bearer ").map(str::to_owned));
        return Some((method, target, bearer, body.to_owned()));
    }
}

fn message(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

fn told(status: &str, body: &str) -> String {
    message(status, "Content-Type: application/json\r\n", body)
}

fn page(body: &str) -> String {
    message("200 OK", "Content-Type: text/html\r\n", body)
}

fn refused(status: &str, error: &str) -> String {
    told(status, &json!({ "error": error }).to_string())
}

fn answered(
    base: &str,
    request: &str,
    params: &Params,
    bearer: Option<&str>,
    given: &mut Given,
) -> String {
    let param = |name: &str| params.get(name).map_or("", String::as_str);
    let authenticated = param("client_id") == APP && param("client_secret") == SECRET;
    match request {
        "GET /.well-known/openid-configuration" => {
            let at = |path: &str| format!("{base}{path}");
            let metadata = json!({
                "issuer": base, "authorization_endpoint": at("/login/start"),
                "token_endpoint": at("/oauth2/token"), "introspection_endpoint": at("/oauth2/look"),
                "revocation_endpoint": at("/oauth2/end"), "jwks_uri": at("/keys"),
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": true,
            });
            told("200 OK", &metadata.to_string())
        }
        // Forms without a method are sent by GET, and their actions are relative.
        "GET /login/start" => page(&format!(
            "<h1>Who are you?</h1><form action=decide><input type=hidden name=state value={}>
            <input type=hidden name=code_challenge value={}><input type=checkbox name=stay>
            <button name=user_id value=1>ada@example.com</button></form>",
            param("state"),
            param("code_challenge"),
        )),
        "GET /login/decide" if param("decision").is_empty() => page(&format!(
            "<h1>Do you allow it?</h1><form method=get><input type=hidden name=state value={}>
            <input type=hidden name=code_challenge value={}>
            <input type=submit name=decision value=allow><input type=submit name=decision value=deny></form>",
            param("state"),
            param("code_challenge"),
        )),
        "GET /login/decide" => {
            let code = given.name("code");
            let challenge = param("code_challenge").to_owned();
            given.codes.insert(code.clone(), challenge);
            let back = [("code", &*code), ("state", param("state")), ("iss", base)];
            let back = crate::support::http::encode(&back);
            message("302 Found", &format!("Location: {REDIRECT}?{back}\r\n"), "")
        }
        _ if request.starts_with("POST /oauth2/") && !authenticated => {
            refused("401 Unauthorized", "invalid_client")
        }
        "POST /oauth2/token" if param("grant_type") == "refresh_token" => {
            if given.refresh.as_deref() == Some(param("refresh_token")) {
                let tokens = given.tokens();
                return told("200 OK", &tokens);
            }
            given.end();
            refused("400 Bad Request", "invalid_grant")
        }
        "POST /oauth2/token" => {
            let challenge = given.codes.remove(param("code"));
            if challenge == Some(pkce::challenge(param("code_verifier"))) {
                let tokens = given.tokens();
                return told("200 OK", &tokens);
            }
            refused("400 Bad Request", "invalid_grant")
        }
        "POST /oauth2/look" => {
            let active = given.access.iter().any(|it| it == param("token"));
            told("200 OK", &json!({ "active": active }).to_string())
        }
        "POST /oauth2/end" => {
            given.end();
            message("200 OK", "", "")
        }
        "GET /clinical/v1/biomarkers/me" => match bearer {
            Some(token) if given.access.iter().any(|it| it == token) => {
                told("200 OK", &json!({ "results": [], "count": 0 }).to_string())
            }
            _ => refused("401 Unauthorized", "invalid_token"),
        },
        // What a gateway says in place of a service that is away.
        "GET /clinical/v1/protocols/me" => {
            message(
                "502 Bad Gateway",
                "Content-Type: text/html\r\n",
                "<h1>Bad gateway</h1>",
            )
        }
        _ if request.starts_with("GET /payments/") => refused("403 Forbidden", "insufficient_scope"),
        _ => refused("404 Not Found", "not_found"),
    }
}

async fn started<'s>(sandbox: &'s Sandbox, platform: &Platform) -> Walk<'s> {
    started_with(sandbox, platform, &json!({})).await
}

/// The same with something else in its setup.
async fn started_with<'s>(sandbox: &'s Sandbox, platform: &Platform, other: &Value) -> Walk<'s> {
    let mut setup = json!({ "app": APP, "client_secret": SECRET, "persona": "ada@example.com",
        "scopes": ["read:biomarkers"], "redirect_uri": REDIRECT, "consent": "automatic",
        "call": "GET /clinical/v1/biomarkers/me", "outside_call": "GET /payments/v1/billing/summary" });
    for (name, value) in other.as_object().expect("an object") {
        setup[name] = value.clone();
    }
    let start = json!({ "target": platform.base, "setup": setup });
    let session = sandbox.rpc("simulator_start", start).await;
    Walk {
        sandbox,
        session: text(&session["summary"]["session"]),
        app: "elsewhere",
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_with_other_paths_is_walked_by_its_metadata_and_foreseen() {
    let (sandbox, platform) = (Sandbox::start().await, Platform::start().await);
    let walk = started(&sandbox, &platform).await;
    for step in STEPS.into_iter().filter(|it| *it != "id_token") {
        let taken = walk.take(step, None, None).await.expect("a run");
        let outcome = &taken.run["outcome"];
        assert_eq!(outcome["state"], "done", "{step}: {outcome}");
        if !matches!(step, "pkce" | "authorization_url") {
            let disagreement = taken.disagreement(&walk).await;
            assert_eq!(disagreement, None, "{step}");
        }
    }
    let heard = platform.heard.lock().expect("nobody panicked").clone();
    let ours = heard.iter().filter(|it| it.contains("/v1/oauth"));
    assert_eq!(ours.count(), 0, "{heard:?}");
    let pages = ["GET /login/start", "GET /login/decide", "GET /login/decide"];
    assert_eq!(heard[1..4], pages);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slips_with_another_platform_are_foreseen_and_paths_that_only_the_sandbox_has_are_not() {
    let (sandbox, platform) = (Sandbox::start().await, Platform::start().await);
    let walk = started(&sandbox, &platform).await;
    for (step, tamper, error) in [
        ("token", "unknown_code", "invalid_grant"),
        ("token", "wrong_secret", "invalid_client"),
        ("token", "wrong_verifier", "invalid_grant"),
        ("refresh", "refresh_twice", "invalid_grant"),
        ("api", "altered_token", "invalid_token"),
    ] {
        walk.reach(step).await;
        let taken = walk.take(step, Some(tamper), None).await.expect("a run");
        assert_eq!(taken.disagreement(&walk).await, None, "{tamper}");
        let answered = &taken.run["agreement"]["answered"];
        assert_eq!(answered["error"], error, "{tamper}");
    }
    walk.reach("token").await;
    let edit = json!({ "method": "POST", "url": format!("{}/v1/oauth/token", platform.base),
        "headers": [], "body": "grant_type=authorization_code" });
    let taken = walk.take("token", None, Some(edit)).await.expect("a run");
    assert_eq!(taken.run["prediction"], Value::Null);
    assert_eq!(taken.run["outcome"]["state"], "refused_as_meant");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_that_another_platform_does_not_know_are_a_refusal_and_no_disagreement() {
    let (sandbox, platform) = (Sandbox::start().await, Platform::start().await);
    for wrong in [
        json!({ "client_secret": "not-that-one" }),
        json!({ "app": "xyz" }),
    ] {
        let walk = started_with(&sandbox, &platform, &wrong).await;
        walk.take("configure", None, None).await;
        walk.reach("token").await;
        let plan = walk.plan("token").await;
        let otherwise = &plan["prediction"]["otherwise"];
        assert_eq!(otherwise["expected"]["error"], "invalid_client", "{plan}");
        assert!(text(&otherwise["when"]).contains("not checked by us"));
        let taken = walk.take("token", None, None).await.expect("a run");
        assert_eq!(taken.disagreement(&walk).await, None, "{wrong}");
        let outcome = &taken.run["outcome"];
        assert_eq!(outcome["state"], "failed", "{outcome}");
        assert_eq!(outcome["word"], "refused", "{outcome}");
        assert!(text(&outcome["fix"]).contains("registered there"));
        let session = json!({ "session": walk.session });
        let session = sandbox.rpc("simulator_get", session).await;
        assert_eq!(session["summary"]["disagreements"], 0);
        assert!(!session.to_string().contains("defect"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_a_gateway_is_not_about_the_registration_of_the_app() {
    let (sandbox, platform) = (Sandbox::start().await, Platform::start().await);
    let other = json!({ "outside_call": "GET /clinical/v1/protocols/me" });
    let walk = started_with(&sandbox, &platform, &other).await;
    walk.reach("api").await;
    let taken = walk.take("api", None, None).await.expect("a run");
    let also = &taken.run["also"][0];
    assert_eq!(also["agreement"]["answered"]["status"], 502, "{also}");
    assert_eq!(also["agreement"]["agrees"], false, "{also}");
    assert!(!taken.run.to_string().contains("is not registered there"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_that_answers_differently_is_said_to_and_the_program_is_not_blamed() {
    let (sandbox, platform) = (Sandbox::start().await, Platform::start().await);
    let other = json!({ "outside_call": "GET /clinical/v1/red-flags/me" });
    let walk = started_with(&sandbox, &platform, &other).await;
    walk.reach("api").await;
    let taken = walk.take("api", None, None).await.expect("a run");
    let also = &taken.run["also"][0];
    assert_eq!(also["prediction"]["expected"]["status"], 403, "{also}");
    assert_eq!(also["agreement"]["agrees"], false, "{also}");
    let words = text(&also["agreement"]["words"]);
    assert!(
        words.contains("This platform answers differently"),
        "{words}"
    );
    assert!(!words.contains("defect"), "{words}");
    let words = text(&taken.run["outcome"]["words"]);
    assert!(words.contains("That was not foreseen"), "{words}");
    let session = json!({ "session": walk.session });
    let session = sandbox.rpc("simulator_get", session).await;
    assert_eq!(session["summary"]["disagreements"], 1);
}
