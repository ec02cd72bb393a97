//! The black-box probe: 18 questions that tell a strict authorization server from one that teaches people wrong things,
//! asked as the study of other servers asked them (code flow, S256, `state`, `nonce`, Basic), in the profile `loop`.

use serde_json::json;
use tokio::task::JoinSet;

use crate::support::http::send;
use crate::support::partner::Authorize;
use crate::support::{Answer, Code, Params, Partner, Request, Sandbox, Tokens};

/// A partner that authenticates by Basic.
struct Probe {
    sandbox: Sandbox,
    web: Partner,
}

impl Probe {
    fn authorize(&self) -> Authorize {
        self.web
            .authorize(
                &self.sandbox,
                "openid read:biomarkers manage:connected_apps",
            )
            .set("nonce", "n-0S6_WzA2Mj")
    }

    async fn code(&self) -> Code {
        let request = self.authorize();
        request.code_of(&self.sandbox.send(&request.request()).await)
    }

    fn basic(&self, form: Params) -> Request {
        let form = form.without("client_id").without("client_secret");
        form.post("/v1/oauth/token").basic(
            &self.web.client_id,
            self.web.secret.as_deref().expect("confidential"),
        )
    }

    async fn exchange(&self, code: &Code) -> Answer {
        self.sandbox
            .send(&self.basic(self.web.exchange(code)))
            .await
    }

    async fn refresh(&self, token: &str) -> Answer {
        self.sandbox
            .send(&self.basic(self.web.refresh(token)))
            .await
    }

    /// Whether a token opens an API of the platform.
    async fn call(&self, token: &str) -> u16 {
        self.sandbox
            .send(&Request::get("/v1/me/grants").bearer(token))
            .await
            .status
    }
}

/// Status and error code, as a cell of the table.
fn cell(answer: &Answer) -> String {
    match serde_json::from_slice::<serde_json::Value>(&answer.body)
        .ok()
        .and_then(|body| body["error"].as_str().map(str::to_owned))
    {
        Some(error) => format!("{} {error}", answer.status),
        None => match answer.header("location") {
            Some(_) => format!(
                "{} redirected {}",
                answer.status,
                answer.redirected("error").unwrap_or_default()
            ),
            None => answer.status.to_string(),
        },
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_eighteen_rows_are_right_in_the_profile_loop() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let settings = sandbox.rpc("settings_get", json!({})).await;
    assert_eq!(settings["settings"]["profile"], "loop");
    let probe = Probe { sandbox, web };
    let sandbox = &probe.sandbox;
    let mut rows: Vec<(&str, String)> = Vec::new();
    let mut row = |name, answer: String| rows.push((name, answer));

    let request = probe.authorize();
    let answer = sandbox.send(&request.request()).await;
    row(
        "iss in response",
        answer
            .redirected("iss")
            .map_or_else(|| "no".into(), |iss| (iss == sandbox.issuer()).to_string()),
    );
    let code = request.code_of(&answer);
    let answer = probe.exchange(&code).await;
    row(
        "Cache-Control on token",
        answer.header("cache-control").unwrap_or("none").to_owned(),
    );
    let tokens = Tokens::of(&answer);
    assert_eq!(probe.call(&tokens.access).await, 200);
    row("code replay", cell(&probe.exchange(&code).await));
    row(
        "access token after replay",
        probe.call(&tokens.access).await.to_string(),
    );

    let form = probe.web.exchange(&probe.code().await);
    row(
        "verifier omitted",
        cell(
            &sandbox
                .send(&probe.basic(form.without("code_verifier")))
                .await,
        ),
    );
    let form = probe.web.exchange(&probe.code().await);
    row(
        "wrong verifier",
        cell(
            &sandbox
                .send(&probe.basic(form.set("code_verifier", &"w".repeat(43))))
                .await,
        ),
    );
    let bare = probe
        .authorize()
        .without("code_challenge")
        .without("code_challenge_method");
    row(
        "verifier, no challenge",
        cell(&sandbox.send(&bare.request()).await),
    );
    let form = probe.web.exchange(&probe.code().await);
    let elsewhere = form.set("redirect_uri", "http://localhost:5000/callback");
    row(
        "redirect_uri mismatch at token",
        cell(&sandbox.send(&probe.basic(elsewhere)).await),
    );

    let unregistered = probe
        .authorize()
        .set("redirect_uri", "http://127.0.0.1:1/evil");
    row(
        "unregistered redirect_uri",
        cell(&sandbox.send(&unregistered.request()).await),
    );
    row(
        "state sent twice",
        cell(
            &sandbox
                .send(&probe.authorize().also("state", "again").request())
                .await,
        ),
    );
    row(
        "unsupported response_type",
        cell(
            &sandbox
                .send(&probe.authorize().set("response_type", "token").request())
                .await,
        ),
    );

    let form = probe
        .web
        .exchange(&probe.code().await)
        .without("client_id")
        .without("client_secret");
    let wrong = sandbox
        .send(
            &form
                .post("/v1/oauth/token")
                .basic(&probe.web.client_id, "wrong"),
        )
        .await;
    row(
        "wrong secret (Basic)",
        format!(
            "{} {}",
            cell(&wrong),
            wrong.header("www-authenticate").unwrap_or("unchallenged")
        ),
    );
    let both = probe
        .web
        .exchange(&probe.code().await)
        .post("/v1/oauth/token");
    let both = both.basic(
        &probe.web.client_id,
        probe.web.secret.as_deref().expect("confidential"),
    );
    row("Basic AND body secret", cell(&sandbox.send(&both).await));
    row(
        "made-up refresh token",
        cell(&probe.refresh("lph_rt_made_up").await),
    );

    let first = Tokens::of(&probe.exchange(&probe.code().await).await);
    let child = Tokens::of(&probe.refresh(&first.refresh).await);
    let reuse = cell(&probe.refresh(&first.refresh).await);
    row(
        "refresh reuse, then the child",
        format!(
            "{reuse}, {}, API {}",
            cell(&probe.refresh(&child.refresh).await),
            probe.call(&child.access).await
        ),
    );

    let code = probe.code().await;
    let mut racing = JoinSet::new();
    for _ in 0..12 {
        let (authority, request) = (
            sandbox.authority.clone(),
            probe.basic(probe.web.exchange(&code)),
        );
        racing.spawn(async move { send(&authority, &request).await.status });
    }
    let won = racing
        .join_all()
        .await
        .into_iter()
        .filter(|status| *status == 200)
        .count();
    row("12 concurrent exchanges", won.to_string());

    let members = probe
        .web
        .exchange(&probe.code().await)
        .0
        .into_iter()
        .map(|(name, value)| (name, json!(value)));
    let json_body =
        Request::post("/v1/oauth/token").json(&serde_json::Value::Object(members.collect()));
    row("JSON body at token", cell(&sandbox.send(&json_body).await));

    // Undocumented, so it is not there; switched on, it is as it must be (ruling 14).
    let garbage = Request::get("/v1/oauth/userinfo").bearer("garbage");
    let off = cell(&sandbox.send(&garbage).await);
    sandbox
        .rpc("settings_update", json!({ "userinfo": true }))
        .await;
    let on = sandbox.send(&garbage).await;
    let challenge = on
        .header("www-authenticate")
        .unwrap_or("unchallenged")
        .split(' ')
        .next()
        .unwrap_or_default();
    row(
        "/userinfo with garbage",
        format!("{off}; on: {} {challenge}", cell(&on)),
    );

    let expected = [
        ("iss in response", "true"),
        ("Cache-Control on token", "no-store"),
        ("code replay", "400 invalid_grant"),
        ("access token after replay", "401"),
        ("verifier omitted", "400 invalid_grant"),
        ("wrong verifier", "400 invalid_grant"),
        ("verifier, no challenge", "302 redirected invalid_request"),
        ("redirect_uri mismatch at token", "400 invalid_grant"),
        ("unregistered redirect_uri", "400"),
        ("state sent twice", "302 redirected invalid_request"),
        (
            "unsupported response_type",
            "302 redirected unsupported_response_type",
        ),
        (
            "wrong secret (Basic)",
            "401 invalid_client Basic realm=\"loop\"",
        ),
        ("Basic AND body secret", "400 invalid_request"),
        ("made-up refresh token", "400 invalid_grant"),
        (
            "refresh reuse, then the child",
            "400 invalid_grant, 400 invalid_grant, API 401",
        ),
        ("12 concurrent exchanges", "1"),
        ("JSON body at token", "400 invalid_request"),
        (
            "/userinfo with garbage",
            "404 not_found; on: 401 invalid_token Bearer",
        ),
    ];
    let rows: Vec<(&str, &str)> = rows
        .iter()
        .map(|(name, answer)| (*name, answer.as_str()))
        .collect();
    assert_eq!(rows, expected);
}
