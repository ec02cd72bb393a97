//! Nothing that opens a door is readable anywhere but in the one sealed table: not in a file of the data directory, not
//! in a log at any level. And whoever may see an exchange gets its bytes back exactly as they were.
//!
//! The day runs in a process of its own, so that the log of everything in it is the log of this day alone.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connect_app::Config;
use connect_core::Env;
use serde_json::{Value, json};

use crate::support::http::{encode, send_bytes};
use crate::support::{Browser, MAYA, Partner, Request, Sandbox, Tokens, people_scopes, text};

/// Says where the data directory is, to the process in which the day runs.
const DIRECTORY: &str = "CONNECT_TEST_SECRECY_DIRECTORY";
const THIS: &str = "secrecy::a_whole_day_leaves_no_secret_readable_in_any_file_or_log";
/// As many characters of a secret in a row give it away.
const GIVEAWAY: usize = 16;
/// Lab values that stand in no log.
const LAB_VALUE: &str = "61.537914";
const LAB_NAME: &str = "Zebrafish marker";

/// What must not be found, by each of its giveaways.
#[derive(Default)]
struct Secrets(HashMap<[u8; GIVEAWAY], String>);

impl Secrets {
    /// The random part of `value`.
    fn add(&mut self, what: &str, value: &str) {
        let tail = [
            "lph_at_", "lph_rt_", "lph_ac_", "lph_ss_", "lph_cs_", "secret_", "whsec_", "ctl_",
        ]
        .iter()
        .find_map(|prefix| value.strip_prefix(prefix))
        .unwrap_or(value);
        assert!(tail.len() >= GIVEAWAY, "{what} is too short to look for");
        for window in tail.as_bytes().windows(GIVEAWAY) {
            self.0
                .insert(window.try_into().expect("its length"), what.to_owned());
        }
    }

    fn of_partner(&mut self, what: &str, partner: &Partner) {
        for (kind, secret) in [
            ("client secret", &partner.secret),
            ("webhook secret", &partner.webhook_secret),
        ] {
            if let Some(secret) = secret {
                self.add(&format!("{kind} of {what}"), secret);
            }
        }
        if let Some(secret) = &partner.secret {
            self.add(
                &format!("Basic credentials of {what}"),
                &STANDARD.encode(format!("{}:{secret}", partner.client_id))[40..],
            );
        }
    }

    fn of_tokens(&mut self, what: &str, tokens: &Tokens) {
        self.add(&format!("access token {what}"), &tokens.access);
        self.add(&format!("refresh token {what}"), &tokens.refresh);
        if let Some(id_token) = &tokens.id_token {
            self.add(&format!("id_token {what}"), id_token);
        }
    }

    /// The first secret in `bytes`, with what stands before it.
    fn found_in(&self, bytes: &[u8]) -> Option<String> {
        bytes
            .windows(GIVEAWAY)
            .enumerate()
            .find_map(|(at, window)| {
                let what = self.0.get(window)?;
                let before =
                    String::from_utf8_lossy(&bytes[at.saturating_sub(300)..at]).into_owned();
                Some(format!("{what}, after …{before}"))
            })
    }

    fn are_not_in_file(&self, path: &Path) {
        let bytes =
            std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        if let Some(found) = self.found_in(&bytes) {
            panic!("{} holds the {found}", path.display());
        }
    }
}

/// Every file below `directory`.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).expect("a folder") {
        let entry = entry.expect("an entry");
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            found.extend(files(&entry.path()));
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    found
}

#[test]
fn the_search_finds_what_is_there() {
    let mut secrets = Secrets::default();
    secrets.add(
        "token",
        "lph_at_3q2-7wABCDEFghijklmnop_qrstuvwxyz0123456789A",
    );
    let at = |bytes: &[u8]| secrets.found_in(bytes);
    assert!(
        at(b"xx mnop_qrstuvwxyz0123 xx")
            .is_some_and(|found| found.starts_with("token, after …xx "))
    );
    assert_eq!(at(b"mnop_qrstuvwxyz"), None);
    assert_eq!(at(b""), None);
}

#[test]
fn a_whole_day_leaves_no_secret_readable_in_any_file_or_log() {
    if let Some(directory) = std::env::var_os(DIRECTORY) {
        return in_this_process(Path::new(&directory));
    }
    let directory = tempfile::tempdir().expect("a folder");
    let mut day = Command::new(std::env::current_exe().expect("this program has a path"));
    day.args(["--exact", THIS, "--nocapture", "--test-threads=1"])
        .env(DIRECTORY, directory.path());
    let day = day.output().expect("this program starts");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&day.stdout),
        String::from_utf8_lossy(&day.stderr)
    );
    assert!(day.status.success() && said.contains("1 passed"), "{said}");
}

fn in_this_process(directory: &Path) {
    let log = directory.join("everything.log");
    let file = Mutex::new(File::create(&log).expect("a file"));
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(file);
    tracing::subscriber::set_global_default(subscriber.finish())
        .expect("the first in this process");
    tracing::trace!("the day begins");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let data = directory.join("data");
    runtime.block_on(async {
        let (sandbox, secrets) = a_whole_day(&data).await;
        everything_is_revealed_as_it_was(&sandbox).await;
        what_is_shown_is_masked(&sandbox, &secrets).await;
        // While it runs, with what is in the write-ahead logs, and afterwards.
        for path in files(&data) {
            secrets.are_not_in_file(&path);
        }
        sandbox.app.stop().await;
        let left = files(&data);
        let names: Vec<String> = left
            .iter()
            .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
            .collect();
        for expected in ["world.db", "traffic.db"] {
            assert!(names.iter().any(|name| name == expected), "{names:?}");
        }
        for path in left {
            secrets.are_not_in_file(&path);
        }
        a_morning_without_the_key(&data).await;
        for path in files(&data).into_iter().chain([log.clone()]) {
            secrets.are_not_in_file(&path);
        }
    });
    let traffic = std::fs::read(data.join("traffic.db")).expect("a file");
    assert!(
        crate::support::http::find(&traffic, b"[access_token ").is_some(),
        "tokens were there, and were cut"
    );
    let log = std::fs::read_to_string(&log).expect("text");
    assert!(log.contains("the day begins"), "the log was kept");
    assert!(
        log.contains("a request could not be answered"),
        "what fails is logged: {log}"
    );
    for value in [LAB_VALUE, LAB_NAME] {
        assert!(!log.contains(value), "a lab value is in the log");
    }
}

/// Everything that carries a secret, in every way it can be carried.
async fn a_whole_day(data: &Path) -> (Sandbox, Secrets) {
    let config = Config {
        control_port: Some(0),
        ..Config::at(data)
    };
    let mut sandbox = Sandbox::of(config, Arc::new(Env::system())).await;
    sandbox.kept = Some(Mutex::default());
    let mut secrets = Secrets::default();
    let (web, spa) = (sandbox.web().await, sandbox.spa().await);
    secrets.of_partner("the web app", &web);
    secrets.of_partner("the SPA", &spa);
    secrets.add(
        "control token",
        &sandbox.app.control().expect("asked for").token,
    );

    the_flow(&sandbox, &mut secrets, &web).await;
    let tokens = mistakes_with_tokens(&sandbox, &mut secrets, &web).await;
    mistakes_with_secrets(&sandbox, &mut secrets, &web, &spa).await;
    administration(&sandbox, &mut secrets, &web).await;
    console(&sandbox, &mut secrets, &web).await;
    services(&sandbox, &tokens).await;
    (sandbox, secrets)
}

/// Pages with cookies, code, tokens, refresh, introspection, revocation.
async fn the_flow(sandbox: &Sandbox, secrets: &mut Secrets, web: &Partner) {
    let mut browser = Browser::new(sandbox);
    for (index, prompt) in ["consent", "login"].into_iter().enumerate() {
        let request = web
            .authorize(sandbox, "openid email profile read:biomarkers")
            .set("prompt", prompt);
        let page = browser.open(&request).await;
        secrets.add("cookie", &browser.cookies[0].1);
        let page = if page.is_sign_in() {
            secrets.add("form token", &page.csrf());
            browser.sign_in(&page, MAYA).await
        } else {
            page
        };
        secrets.add("form token", &page.csrf());
        secrets.add("cookie", &browser.cookies[0].1);
        let answer = browser.submit(&page, &[("decision", "allow")]).await.answer;
        let code = request.code_of(&answer);
        secrets.add("code", &code.value);
        let tokens = Tokens::of(&sandbox.exchange(web, &code).await);
        secrets.of_tokens(&format!("of run {index}"), &tokens);
        let second = Tokens::of(&sandbox.refresh(web, &tokens.refresh).await);
        secrets.of_tokens("refreshed", &second);
        for token in [&second.access, &second.refresh, &tokens.refresh] {
            sandbox.introspect(web, token).await.expect(200);
        }
        sandbox
            .exchange(web, &code)
            .await
            .is_oauth_error(400, "invalid_grant");
        sandbox.revoke(web, &second.refresh).await.expect(200);
    }
    let denied = web.authorize(sandbox, "openid");
    let page = browser.consent_page(&denied, MAYA).await;
    secrets.add("form token", &page.csrf());
    browser.submit(&page, &[("decision", "deny")]).await;
}

/// Every byte percent-encoded, as some clients do.
fn quoted(value: &str) -> String {
    use std::fmt::Write as _;
    value.bytes().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "%{byte:02x}");
        text
    })
}

/// Tokens where they do not belong: in URLs, paths, bodies, other headers; encoded, cut in two, in the wrong field.
async fn mistakes_with_tokens(sandbox: &Sandbox, secrets: &mut Secrets, web: &Partner) -> Tokens {
    sandbox
        .rpc("settings_update", json!({ "auto_approve": MAYA }))
        .await;
    let code = sandbox.code(web, "openid").await;
    secrets.add("code", &code.value);
    let tokens = sandbox.tokens(web, &people_scopes().join(" ")).await;
    secrets.of_tokens("for mistakes", &tokens);
    let (access, refresh) = (&tokens.access, &tokens.refresh);
    let id_token = tokens.id_token.as_deref().expect("openid was granted");
    let form_type = "application/x-www-form-urlencoded";
    let token_post = || Request::post("/v1/oauth/token");
    let mistakes = [
        Request::get(format!("/v1/biomarkers/me?access_token={access}")),
        Request::get(format!("/v1/biomarkers/me?access_token={}", quoted(access))),
        Request::get(format!("/v1/biomarkers/me?x=1&token={access}#x")),
        Request::get(format!("/v1/biomarkers/{access}")),
        Request::get(format!("/clinical/v1/{}/{refresh}", quoted(access))),
        Request::get("/v1/biomarkers/me").header("Authorization", access.clone()),
        Request::get("/v1/biomarkers/me").header("authorization", format!("bearer   {access}")),
        Request::get("/v1/biomarkers/me").header("Authorization", format!("Token {refresh}")),
        Request::get("/v1/biomarkers/me").header("X-Access-Token", access.clone()),
        Request::get("/v1/biomarkers/me").header("Cookie", format!("session={access}; id={id_token}")),
        Request::get("/v1/biomarkers/me").header("Referer", format!("https://app.example/cb?code={}&state=1", code.value)),
        Request::get("/v1/biomarkers/me").bearer(id_token),
        Request::get("/v1/biomarkers/me").bearer(&format!("{access} {refresh}")),
        Request::get(web.authorize(sandbox, "openid").set("state", access).target()),
        Request::get(web.authorize(sandbox, "openid").set("redirect_uri", &format!("https://x.example/cb?token={refresh}")).target()),
        Request::get(web.authorize(sandbox, "openid").set("client_id", refresh).target()),
        Request::get(web.authorize(sandbox, "openid").set("login_hint", access).target()),
        Request::get(web.authorize(sandbox, access).also("id_token_hint", id_token).target()),
        Request::get(web.authorize(sandbox, "openid").also(access, access).also(access, refresh).target()),
        token_post().json(&json!({ "grant_type": "refresh_token", "refresh_token": refresh, "client_id": web.client_id })),
        token_post().header("Content-Type", form_type).body(format!("refresh_token={}&grant_type=refresh_token", quoted(refresh))),
        token_post().header("Content-Type", "text/plain").body(format!("here is my token: {refresh}\nand {access}")),
        Request::post(format!("/v1/oauth/token?{}", web.refresh(refresh).encoded())),
        web.refresh(access).post("/v1/oauth/token"),
        web.refresh("x").set("scope", refresh).post("/v1/oauth/token"),
        web.refresh("x").set("grant_type", refresh).post("/v1/oauth/token"),
        web.refresh("x").set("client_id", refresh).post("/v1/oauth/token"),
        web.exchange(&code).set("code", refresh).post("/v1/oauth/token"),
        web.exchange(&code).set("redirect_uri", &format!("https://x.example/?code={}", code.value)).post("/v1/oauth/token"),
        web.exchange(&code).set("code_verifier", &code.value[..43]).post("/v1/oauth/token"),
        Request::post("/v1/messages/send").bearer(access).json(&json!({ "variables": { "link": format!("https://x/?t={access}") } })),
        Request::new("DELETE", format!("/v1/me/grants/{access}")).bearer(access),
        Request::new(access, "/").header("X", "method"),
        Request::get("/").host(access.to_owned()),
        Request::get("/").host(format!("{access}.localhost:{}", sandbox.port())),
    ];
    for request in &mistakes {
        let answer = sandbox.send(request).await;
        assert!(answer.status < 500, "{answer}");
    }
    // A body in chunks, the token on both sides of a seam.
    let body = web.refresh(refresh).encoded();
    let seam = body.find(refresh.as_str()).expect("it is in there") + 25;
    let head = format!(
        "POST /v1/oauth/token HTTP/1.1\r\nHost: {}\r\nContent-Type: {form_type}\r\nTransfer-Encoding: chunked\r\n\r\n",
        sandbox.authority
    );
    let chunk = |part: &str| format!("{:x}\r\n{part}\r\n", part.len());
    let bytes = format!(
        "{head}{}{}0\r\n\r\n",
        chunk(&body[..seam]),
        chunk(&body[seam..])
    );
    let answer = send_bytes(&sandbox.authority, bytes.as_bytes())
        .await
        .expect("an answer");
    let tokens = Tokens::of(&answer);
    secrets.of_tokens("from a chunked request", &tokens);
    let kept = sandbox.kept.as_ref().expect("asked for");
    kept.lock()
        .expect("nobody panicked")
        .push((bytes.into_bytes(), answer.bytes));
    // Bytes that never become a request.
    for broken in [
        format!("GARBAGE {access}\r\n\r\n"),
        format!("GET / HTTP/9.9\r\nAuthorization: Bearer {access}\r\n\r\n"),
    ] {
        let _ = send_bytes(&sandbox.authority, broken.as_bytes()).await;
    }
    tokens
}

/// Wrong and right secrets, by every way of client authentication.
async fn mistakes_with_secrets(
    sandbox: &Sandbox,
    secrets: &mut Secrets,
    web: &Partner,
    spa: &Partner,
) {
    let secret = web.secret.as_deref().expect("a confidential app");
    // Those of other platforms, which look like nothing we know; and one of production.
    let foreign = "hunter2-correct-horse-battery-staple";
    let production = "secret_pRoDuCtIoN0123456789abcdefghijklmnopqrstuvw";
    secrets.add("foreign secret", foreign);
    secrets.add("production secret", production);
    for wrong in [
        foreign,
        production,
        web.webhook_secret.as_deref().expect("one"),
    ] {
        let form = web.refresh("x").set("client_secret", wrong);
        sandbox
            .token(&form)
            .await
            .is_oauth_error(401, "invalid_client");
        let basic = STANDARD.encode(format!("{}:{wrong}", web.client_id));
        secrets.add("wrong Basic credentials", &basic[44..]);
        for value in [
            format!("Basic {basic}"),
            format!("basic  {basic}"),
            format!("Basic\t{basic}"),
            format!("Digest {basic}"),
        ] {
            let form = web
                .refresh("x")
                .without("client_id")
                .without("client_secret");
            let answer = sandbox
                .send(&form.post("/v1/oauth/token").header("Authorization", value))
                .await;
            answer.is_oauth_error(401, "invalid_client");
        }
        let form = spa.refresh("x").set("client_secret", wrong);
        sandbox
            .token(&form)
            .await
            .is_oauth_error(401, "invalid_client");
        let target = format!("/v1/oauth/token?{}", encode(&[("client_secret", wrong)]));
        sandbox
            .send(&web.refresh("x").post(&target))
            .await
            .is_oauth_error(400, "invalid_request");
    }
    let form = web
        .refresh("lph_rt_made_up")
        .without("client_id")
        .without("client_secret");
    let basic = |id: &str, secret: &str| form.post("/v1/oauth/token").basic(id, secret);
    sandbox
        .send(&basic(&web.client_id, secret))
        .await
        .is_oauth_error(400, "invalid_grant");
    sandbox
        .send(&basic(&quoted(&web.client_id), &quoted(secret)))
        .await
        .is_oauth_error(400, "invalid_grant");
    secrets.add(
        "quoted Basic credentials",
        &STANDARD.encode(format!("{}:{}", quoted(&web.client_id), quoted(secret)))[140..],
    );
    // As a client_id, as a name, in an authorization URL.
    sandbox
        .token(&web.refresh("x").set("client_id", secret))
        .await
        .is_oauth_error(401, "invalid_client");
    let answer = sandbox
        .send(
            &web.authorize(sandbox, "openid")
                .also("client_secret", secret)
                .request(),
        )
        .await;
    if let Some(code) = answer.redirected("code") {
        secrets.add("code", &code);
    }
    sandbox
        .send(&web.authorize(sandbox, secret).request())
        .await;
}

/// The administration API, whose answers carry secrets, and whose token is a JWT.
async fn administration(sandbox: &Sandbox, secrets: &mut Secrets, web: &Partner) {
    let machine = sandbox
        .register_machine("Portal", &["admin:oauth_clients"])
        .await;
    secrets.of_partner("the machine", &machine);
    let token = sandbox.machine_token(&machine, "admin:oauth_clients").await;
    secrets.add("machine's token", &token);
    let create = json!({ "client_name": "Made", "redirect_uris": ["https://made.example.com/cb"], "allowed_scopes": ["openid"] });
    let made = sandbox
        .send(
            &Request::post("/v1/admin/oauth-clients")
                .bearer(&token)
                .json(&create),
        )
        .await
        .expect(201)
        .json();
    secrets.add("secret of an API answer", &text(&made["client_secret"]));
    let path = format!("/v1/admin/oauth-clients/{}/rotate-secret", web.client_id);
    let rotated = sandbox
        .send(&Request::post(path).bearer(&token))
        .await
        .expect(200)
        .json();
    secrets.add(
        "rotated secret of an API answer",
        &text(&rotated["client_secret"]),
    );
    sandbox.revoke(&machine, &token).await.expect(200);
    sandbox.introspect(&machine, &token).await.expect(200);
    let leaked = json!({ "client_name": token, "redirect_uris": [format!("https://x.example/{token}")], "allowed_scopes": [token] });
    sandbox
        .send(
            &Request::post("/v1/admin/oauth-clients")
                .bearer(&token)
                .json(&leaked),
        )
        .await;
}

/// The console: rotation, revealing, over TCP too.
async fn console(sandbox: &Sandbox, secrets: &mut Secrets, web: &Partner) {
    let app = json!({ "client_id": web.client_id });
    secrets.add(
        "rotated secret",
        &text(&sandbox.rpc("apps_rotate_secret", app.clone()).await["client_secret"]),
    );
    sandbox.rpc("keys_rotate", json!({})).await;
    let control = sandbox.app.control().expect("asked for");
    let authority = control.url.strip_prefix("http://").expect("plain");
    for command in ["apps_reveal", "apps_rotate_secret"] {
        let call = Request::post("/rpc")
            .bearer(&control.token)
            .json(&json!({ "cmd": command, "payload": app }));
        let answer = crate::support::http::send(authority, &call)
            .await
            .expect(200)
            .json();
        secrets.add("secret over TCP", &text(&answer["client_secret"]));
    }
    for (command, payload) in [
        ("apps_env", app.clone()),
        (
            "apps_code",
            json!({ "client_id": web.client_id, "language": "node" }),
        ),
    ] {
        let call = Request::post("/rpc")
            .bearer(&control.token)
            .json(&json!({ "cmd": command, "payload": payload }));
        crate::support::http::send(authority, &call)
            .await
            .expect(200);
    }
    let wrong = Request::post("/rpc")
        .bearer("ctl_wrong")
        .json(&json!({ "cmd": "apps_list" }));
    crate::support::http::send(authority, &wrong)
        .await
        .expect(401);
    sandbox
        .rpc("workspace_export", json!({ "with_secrets": true }))
        .await;
    sandbox.advance(2 * 24 * 3600).await;
}

/// Health data, sent and read.
async fn services(sandbox: &Sandbox, tokens: &Tokens) {
    let person = sandbox.person(MAYA).await;
    let web = sandbox.web().await;
    let _ = sandbox.refresh(&web, &tokens.refresh).await;
    let value: f64 = LAB_VALUE.parse().expect("a number");
    let added = json!({ "user_id": MAYA, "code": "zebrafish", "name": LAB_NAME, "value": value, "unit": "mg" });
    sandbox.rpc("people_add_lab_result", added).await;
    let result = json!({ "code": "zebrafish", "name": LAB_NAME, "value": value, "unit": "mg", "collected_at": "2026-01-02T03:04:05Z" });
    let upload = json!({ "patient_id": person, "brand_id": "loop", "source": "lab", "biomarkers": [result] });
    for body in [
        upload.clone(),
        json!({ "patient_id": person, "biomarkers": upload["biomarkers"] }),
    ] {
        sandbox
            .send(
                &Request::post("/v1/biomarkers/parse")
                    .bearer(&tokens.access)
                    .json(&body),
            )
            .await;
    }
    sandbox.biomarkers(&tokens.access).await;
}

/// Everything that needs the sealing key fails, and its failure is logged.
async fn a_morning_without_the_key(data: &Path) {
    let config = Config {
        auto_approve: Some(MAYA.to_owned()),
        ..Config::at(data)
    };
    let (key, aside) = (data.join("sealing.key"), data.join("aside"));
    std::fs::rename(&key, &aside).expect("there is a key");
    let sandbox = Sandbox::of(config, Arc::new(Env::system())).await;
    let apps = sandbox.rpc("apps_list", json!({})).await;
    let app = apps["apps"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|app| app["name"] == "Demo SPA")
        .expect("a demo app");
    let spa = Partner {
        client_id: text(&app["client_id"]),
        secret: None,
        webhook_secret: None,
        redirect_uri: text(&app["redirect_uris"][0]),
    };
    let answer = sandbox
        .send(&spa.authorize(&sandbox, "openid").request())
        .await;
    assert_eq!(
        answer.redirected("error").as_deref(),
        Some("server_error"),
        "{answer}"
    );
    assert!(
        sandbox
            .refresh(&spa, "lph_rt_3q2-7wABCDEFghijklmnop")
            .await
            .status
            >= 400
    );
    let basic = spa
        .refresh("x")
        .post("/v1/oauth/token")
        .basic(&spa.client_id, "hunter2-correct-horse-battery-staple");
    assert!(sandbox.send(&basic).await.status >= 400);
    sandbox.app.stop().await;
    std::fs::rename(&aside, &key).expect("it is still there");
}

/// Every exchange, asked for with its credentials, is byte for byte what went over the wire.
async fn everything_is_revealed_as_it_was(sandbox: &Sandbox) {
    let mut sent = sandbox
        .kept
        .as_ref()
        .expect("asked for")
        .lock()
        .expect("nobody panicked")
        .clone();
    let mut revealed = Vec::new();
    let list = sandbox.rpc("traffic_list", json!({ "limit": 1000 })).await;
    for exchange in list["exchanges"].as_array().expect("a list") {
        if exchange["method"].as_str().is_none_or(str::is_empty) {
            continue;
        }
        let bytes = sandbox
            .rpc("traffic_reveal", json!({ "exchange": exchange["id"] }))
            .await;
        assert_eq!(bytes["lost"], 0, "{exchange}");
        let decoded = |member: &str| STANDARD.decode(text(&bytes[member])).expect("base64");
        revealed.push((decoded("request_base64"), decoded("response_base64")));
    }
    assert!(
        sent.len() >= 100,
        "a day of {} exchanges is none",
        sent.len()
    );
    sent.sort();
    revealed.sort();
    assert_eq!(sent.len(), revealed.len());
    for (sent, revealed) in sent.iter().zip(&revealed) {
        let shown = |pair: &(Vec<u8>, Vec<u8>)| {
            format!(
                "{}\n\n{}",
                String::from_utf8_lossy(&pair.0),
                String::from_utf8_lossy(&pair.1)
            )
        };
        assert_eq!(shown(sent), shown(revealed));
        assert_eq!(sent, revealed);
    }
}

/// What the console shows unasked holds no secret either.
async fn what_is_shown_is_masked(sandbox: &Sandbox, secrets: &Secrets) {
    let clean = |what: &str, value: &Value| {
        if let Some(found) = secrets.found_in(value.to_string().as_bytes()) {
            panic!("{what} shows the {found}");
        }
    };
    let list = sandbox.rpc("traffic_list", json!({ "limit": 1000 })).await;
    clean("traffic_list", &list);
    for exchange in list["exchanges"].as_array().expect("a list") {
        for command in ["traffic_get", "traffic_explain"] {
            let what = format!("{command} of {} {}", exchange["method"], exchange["target"]);
            clean(
                &what,
                &sandbox
                    .rpc(command, json!({ "exchange": exchange["id"] }))
                    .await,
            );
        }
    }
    for (command, payload) in [
        ("journal_list", json!({ "limit": 1000 })),
        ("apps_list", json!({})),
        ("people_get", json!({ "user_id": MAYA })),
        ("sandbox_status", json!({})),
        ("workspace_export", json!({})),
        ("keys_list", json!({})),
    ] {
        clean(command, &sandbox.rpc(command, payload).await);
    }
}

#[tokio::test]
async fn a_credential_in_an_apps_name_or_address_does_not_enter_the_journal() {
    let sandbox = Sandbox::start().await;
    let tokens =
        ["lph_at_", "secret_", "whsec_"].map(|prefix| format!("{prefix}{}", "k7Qz".repeat(8)));
    let [token, secret, webhook] = &tokens;
    let app = sandbox
        .register(json!({
            "name": format!("Reader {token}"), "app_type": "web", "scopes": ["openid"],
            "redirect_uris": [format!("http://localhost:3000/{secret}/callback")],
        }))
        .await;
    let hook = format!("https://a.example.com/hook?token={webhook}");
    sandbox
        .rpc(
            "apps_update",
            json!({ "client_id": app.client_id, "webhook_url": hook }),
        )
        .await;
    let entries = sandbox.journal("app").await;
    let written = Value::from(entries).to_string();
    for value in &tokens {
        assert!(!written.contains(&value[12..]), "{written}");
    }
    for marker in [
        "Reader [access_token]",
        "http://localhost:3000/[client_secret]/callback",
        "https://a.example.com/hook?token=[token]",
    ] {
        assert!(written.contains(marker), "{marker}: {written}");
    }
}
