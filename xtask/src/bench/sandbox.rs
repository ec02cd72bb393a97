//! Our own server under measurement, known from outside only: its command line and its HTTP.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::http::{self, Connection};
use super::process::{PATIENCE, free_port};
use super::subject::{Endpoints, REDIRECT_URI, Seat, Subject, fill_seat, pkce_pairs};
use crate::run::SANDBOX;
use crate::workspace::Workspace;

/// The persona that every request is approved for.
const PERSONA: &str = "maya@example.com";

/// `connect-sandbox serve` on a data directory of its own.
pub(super) struct Sandbox {
    program: PathBuf,
    data: PathBuf,
    control_port: u16,
    /// Commits survive a power cut, not only the end of the process.
    survives_power_cut: bool,
    /// It serves the console to a browser, and asks people for their consent.
    with_console: bool,
}

impl Sandbox {
    /// A sandbox built with this cargo profile, with an empty data directory.
    ///
    /// # Errors
    /// When the directory cannot be emptied.
    pub(super) fn prepare(workspace: &Workspace, profile: &str) -> anyhow::Result<Self> {
        Self::prepare_in(workspace, profile, "sandbox")
    }

    /// The same, in a directory of this name.
    ///
    /// # Errors
    /// When the directory cannot be emptied.
    pub(super) fn prepare_in(
        workspace: &Workspace,
        profile: &str,
        name: &str,
    ) -> anyhow::Result<Self> {
        let sandbox = Self {
            program: workspace.program(profile, SANDBOX),
            data: workspace.target("bench").join(name),
            control_port: free_port()?,
            survives_power_cut: false,
            with_console: false,
        };
        sandbox.clear()?;
        Ok(sandbox)
    }

    /// A sandbox that serves the console to a browser, on a data directory that is there.
    ///
    /// # Errors
    /// When no port is free.
    pub(super) fn with_console(
        workspace: &Workspace,
        profile: &str,
        data: &Path,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            program: workspace.program(profile, SANDBOX),
            data: data.to_path_buf(),
            control_port: free_port()?,
            survives_power_cut: false,
            with_console: true,
        })
    }

    /// Its data directory.
    pub(super) fn data(&self) -> &Path {
        &self.data
    }

    /// Removes the data directory: the next start makes a new world.
    ///
    /// # Errors
    /// When it cannot be removed.
    fn clear(&self) -> anyhow::Result<()> {
        if self.data.exists() {
            fs::remove_dir_all(&self.data)
                .with_context(|| format!("cannot remove {}", self.data.display()))?;
        }
        Ok(())
    }

    /// The same sandbox with `synchronous=FULL`, from its next start on; it must be running now.
    ///
    /// # Errors
    /// When the setting is refused.
    pub(super) async fn surviving_power_cuts(self) -> anyhow::Result<Self> {
        self.control("settings_update", json!({"survive_power_cut": true}))
            .await?;
        Ok(Self {
            survives_power_cut: true,
            ..self
        })
    }

    /// The ready line that the server prints into its log, once it is there: the platform answers a little before.
    pub(super) async fn ready(&self) -> anyhow::Result<Value> {
        let start = Instant::now();
        loop {
            let text = fs::read_to_string(self.log())?;
            let mut lines = text.split_inclusive('\n');
            if let Some(line) =
                lines.find(|line| line.starts_with("{\"ready\"") && line.ends_with('\n'))
            {
                return Ok(serde_json::from_str(line)?);
            }
            ensure!(
                start.elapsed() < PATIENCE,
                "the sandbox printed no ready line:\n{text}"
            );
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Runs one command over the control port.
    ///
    /// # Errors
    /// When the command fails.
    pub(super) async fn control(&self, command: &str, payload: Value) -> anyhow::Result<Value> {
        let ready = self.ready().await?;
        let token = ready["control"]["token"]
            .as_str()
            .context("the ready line has a control token")?;
        let address = SocketAddr::from(([127, 0, 0, 1], self.control_port));
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", authorization.as_str())];
        let body = json!({"cmd": command, "payload": payload});
        let mut connection = Connection::open(address).await?;
        let request = http::json("POST", address, "/rpc", &headers, &body);
        let response = connection.exchange(&request).await?.expect(200);
        let response = response.with_context(|| format!("the command {command} failed"))?;
        Ok(serde_json::from_slice(response.body())?)
    }

    /// How long whole walks of the simulator take, from "run all" to the end, through sign-in and consent.
    ///
    /// # Errors
    /// When a walk does not come to its end, or not as foreseen.
    pub(super) async fn walks(&self, count: usize) -> anyhow::Result<Vec<Duration>> {
        let asked = json!({ "auto_approve": null });
        self.control("settings_update", asked).await?;
        let mut took = Vec::with_capacity(count);
        for _ in 0..count {
            let setup = json!({ "app": "Demo Web App", "persona": PERSONA });
            let session = self
                .control("simulator_start", json!({ "setup": setup }))
                .await?;
            let walk = json!({ "session": session["summary"]["session"] });
            let began = Instant::now();
            let walked = self.control("simulator_run_all", walk).await?;
            took.push(began.elapsed());
            let summary = &walked["summary"];
            ensure!(
                summary["step"].is_null() && summary["disagreements"] == 0,
                "a walk did not go as foreseen: {summary}"
            );
        }
        let approved = json!({ "auto_approve": PERSONA });
        self.control("settings_update", approved).await?;
        Ok(took)
    }

    /// Registers an app for a scope; it has no tokens yet.
    ///
    /// # Errors
    /// When the app is refused.
    pub(super) async fn register(&self, name: &str, scope: &str) -> anyhow::Result<Seat> {
        let app = self
            .control(
                "apps_create",
                json!({
                    "name": name,
                    "app_type": "web",
                    "redirect_uris": [REDIRECT_URI],
                    "scopes": scope.split(' ').collect::<Vec<_>>(),
                    "baa_status": "signed",
                }),
            )
            .await?;
        let text = app.to_string();
        Ok(Seat {
            client_id: http::member(&text, "client_id")?.to_owned(),
            client_secret: http::member(&text, "client_secret")?.to_owned(),
            cookie: String::new(),
            access_token: String::new(),
            refresh_token: String::new(),
        })
    }
}

impl Subject for Sandbox {
    fn name(&self) -> String {
        if self.survives_power_cut {
            "sandbox (WAL, FULL)"
        } else {
            "sandbox"
        }
        .to_owned()
    }

    fn log(&self) -> PathBuf {
        self.data.with_extension("log")
    }

    fn endpoints(&self) -> Endpoints {
        Endpoints {
            discovery: "/.well-known/openid-configuration",
            authorize: "/v1/oauth/authorize",
            token: "/v1/oauth/token",
            introspect: "/v1/oauth/introspect",
            resource: Some("/clinical/v1/biomarkers/me"),
            scope: "read:biomarkers",
            scope_with_id_token: "openid email read:biomarkers",
        }
    }

    fn command(&self, port: u16) -> anyhow::Result<Command> {
        let mut command = Command::new(&self.program);
        command
            .arg("--data-dir")
            .arg(&self.data)
            .args(["serve", "--seed", "demo", "--json"])
            .args(["--port", &port.to_string()])
            .args(["--control-port", &self.control_port.to_string()]);
        if self.with_console {
            command.arg("--ui");
        } else {
            command.args(["--auto-approve", PERSONA]);
        }
        Ok(command)
    }

    async fn seats(&self, address: SocketAddr, count: usize) -> anyhow::Result<Vec<Seat>> {
        let mut connection = Connection::open(address).await?;
        let endpoints = self.endpoints();
        let mut seats = Vec::new();
        // One refresh token is active for a user and client, so each connection needs a client of its own.
        for (number, pkce) in pkce_pairs(count).iter().enumerate() {
            let name = format!("Bench {number}");
            let scope = endpoints.scope_with_id_token;
            let mut seat = self.register(&name, scope).await?;
            fill_seat(&mut connection, address, endpoints, &mut seat, pkce).await?;
            seats.push(seat);
        }
        Ok(seats)
    }
}
