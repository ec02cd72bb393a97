//! A workspace with a long traffic file: so many real requests of several apps and people, recorded by the sandbox itself
//! as it answers them. Nothing is written into its files from outside.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::json;
use tokio::task::JoinSet;

use crate::bench::http::{self, Connection};
use crate::bench::process::Server;
use crate::bench::sandbox::Sandbox;
use crate::bench::session::launch;
use crate::bench::subject::{
    Endpoints, Seat, Subject as _, authorize_target, fill_seat, introspect_form, pkce_pairs,
    refresh_form, take_tokens,
};
use crate::step;
use crate::workspace::Workspace;

/// The apps, and whose data each has.
const APPS: [(&str, &str); 8] = [
    ("Sleep Coach", "maya@example.com"),
    ("Lab Reader", "jonas@example.com"),
    ("Glucose Diary", "priya@example.com"),
    ("Trainer's Desk", "maya@example.com"),
    ("Care Team Inbox", "jonas@example.com"),
    ("Longevity Club", "priya@example.com"),
    ("Cycle Notes", "maya@example.com"),
    ("Recovery Ring", "jonas@example.com"),
];

/// What each app asks for.
const SCOPE: &str = "openid email read:biomarkers read:check_ins read:red_flags";

/// How long the full-text index may take to catch up.
const INDEXING: Duration = Duration::from_mins(10);

/// A sandbox's data directory with its traffic.
pub(super) struct World {
    pub(super) directory: PathBuf,
    /// How many exchanges there are.
    pub(super) exchanges: i64,
    /// Mebibytes of traffic.
    pub(super) mebibytes: i64,
    /// An app whose traffic is filtered by.
    pub(super) app: &'static str,
}

/// Makes one with at least so many exchanges.
///
/// # Errors
/// When the sandbox does not come up or answers something unexpected.
pub(super) async fn make(
    workspace: &Workspace,
    profile: &str,
    exchanges: usize,
) -> anyhow::Result<World> {
    step::say(format!("making {exchanges} exchanges"));
    let sandbox = Sandbox::prepare_in(workspace, profile, "rows")?;
    let server = launch(&sandbox).await?;
    let endpoints = Endpoints {
        scope: SCOPE,
        scope_with_id_token: SCOPE,
        ..sandbox.endpoints()
    };
    let mut lanes = Vec::new();
    for (name, persona) in APPS {
        lanes.push(Lane::open(&sandbox, &server, endpoints, name, persona).await?);
    }
    let each = exchanges.div_ceil(lanes.len());
    let mut tasks = JoinSet::new();
    for (number, mut lane) in lanes.into_iter().enumerate() {
        tasks.spawn(async move {
            for turn in 0..each {
                // Each app at another place of the same round of requests.
                lane.ask(turn + number * 7).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    let (exchanges, bytes) = indexed(&sandbox).await?;
    server.stop().await?;
    Ok(World {
        directory: sandbox.data().to_path_buf(),
        exchanges,
        mebibytes: bytes / 1024 / 1024,
        app: APPS[1].0,
    })
}

/// Waits until the traffic file has stopped growing: then all of it is in the full-text index. Gives the number of
/// exchanges and the bytes in use.
async fn indexed(sandbox: &Sandbox) -> anyhow::Result<(i64, i64)> {
    let start = Instant::now();
    let mut before = (0, 0);
    let mut alike = 0;
    while alike < 5 {
        ensure!(
            start.elapsed() < INDEXING,
            "the full-text index does not catch up"
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
        let status = sandbox.control("sandbox_status", json!({})).await?;
        let count = |name: &str| status["counts"][name].as_i64().context("a count");
        let now = (count("exchanges")?, count("traffic_bytes")?);
        alike = if now == before { alike + 1 } else { 0 };
        before = now;
    }
    Ok(before)
}

/// An app with its tokens, on a connection of its own.
struct Lane {
    connection: Connection,
    address: SocketAddr,
    endpoints: Endpoints,
    seat: Seat,
}

impl Lane {
    async fn open(
        sandbox: &Sandbox,
        server: &Server,
        endpoints: Endpoints,
        name: &str,
        persona: &str,
    ) -> anyhow::Result<Self> {
        sandbox
            .control("settings_update", json!({ "auto_approve": persona }))
            .await?;
        let mut seat = sandbox.register(name, SCOPE).await?;
        let mut connection = Connection::open(server.address).await?;
        let pkce = pkce_pairs(1).remove(0);
        fill_seat(&mut connection, server.address, endpoints, &mut seat, &pkce).await?;
        Ok(Self {
            connection,
            address: server.address,
            endpoints,
            seat,
        })
    }

    /// One request of a round of twenty: most are answered, some are refused, as they are while somebody integrates.
    async fn ask(&mut self, turn: usize) -> anyhow::Result<()> {
        let page = format!("limit={}&offset={}", 1 + turn % 8, turn % 150);
        let (request, expected) = match turn % 20 {
            0..=4 => (self.get(&format!("/clinical/v1/biomarkers/me?{page}")), 200),
            5..=7 => (self.get("/clinical/v1/check-ins"), 200),
            // It wants to know since when.
            8 => (self.get("/clinical/v1/check-ins/next"), 400),
            9 => (self.get("/clinical/v1/wearables/connections"), 403),
            10 => (self.get(&format!("/clinical/v1/biomarker/me?{page}")), 404),
            11 => (self.get("/clinical/v1/biomarkers/me?limit=many"), 400),
            12 => (self.with_token("sbx_at_of_another_world"), 401),
            13 | 14 => (
                self.form(self.endpoints.introspect, &introspect_form(&self.seat)),
                200,
            ),
            15 => return self.refresh().await,
            16 => (self.form(self.endpoints.token, &self.wrong_code(turn)), 400),
            17 => (self.authorize(turn), 302),
            18 => (http::get(self.address, self.endpoints.discovery, &[]), 200),
            _ => (http::get(self.address, "/.well-known/jwks.json", &[]), 200),
        };
        let status = self.connection.exchange(&request).await?.status;
        ensure!(
            status == expected,
            "status {status} in place of {expected}: {}",
            String::from_utf8_lossy(&request)
        );
        Ok(())
    }

    fn get(&self, target: &str) -> Vec<u8> {
        let bearer = format!("Bearer {}", self.seat.access_token);
        http::get(self.address, target, &[("authorization", &bearer)])
    }

    fn with_token(&self, token: &str) -> Vec<u8> {
        let bearer = format!("Bearer {token}");
        http::get(
            self.address,
            "/clinical/v1/biomarkers/me",
            &[("authorization", &bearer)],
        )
    }

    fn form(&self, target: &str, body: &str) -> Vec<u8> {
        http::form(self.address, target, body)
    }

    async fn refresh(&mut self) -> anyhow::Result<()> {
        let request = self.form(self.endpoints.token, &refresh_form(&self.seat));
        let response = self.connection.exchange(&request).await?.expect(200)?;
        take_tokens(&mut self.seat, response.text()?)
    }

    /// A code that was never given.
    fn wrong_code(&self, turn: usize) -> String {
        format!(
            "grant_type=authorization_code&code=never-given-{turn}&redirect_uri=https%3A%2F%2Fbench.example%2Fcallback\
             &client_id={}&client_secret={}&code_verifier={}",
            self.seat.client_id,
            self.seat.client_secret,
            "v".repeat(43)
        )
    }

    /// A request for a code, which the redirect answers.
    fn authorize(&self, turn: usize) -> Vec<u8> {
        let pkce = pkce_pairs(1).remove(0);
        let target = authorize_target(self.endpoints, &self.seat, SCOPE, &pkce);
        let target = target.replace("state=bench", &format!("state=turn-{turn}"));
        http::get(self.address, &target, &[])
    }
}

/// The words that are looked for: in about a quarter of the exchanges, in one of twenty, and in a handful.
pub(super) const TEXTS: [&str; 3] = ["vitamin", "insufficient_scope", "turn-1777"];

/// Filters by what stands in the row, as people write them.
pub(super) fn filters(app: &str) -> Vec<String> {
    vec![
        "is:refused".to_owned(),
        "status:4xx".to_owned(),
        "method:POST status:2xx".to_owned(),
        format!("app:\"{app}\""),
    ]
}

/// Removes a world's files: they are large.
pub(super) fn remove(directory: &Path) -> anyhow::Result<()> {
    Ok(std::fs::remove_dir_all(directory)?)
}
