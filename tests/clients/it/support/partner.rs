//! The quickstart apps, each as its own process on a free port.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::Context as _;
use serde_json::Value;
use tokio::net::TcpStream;

use super::process::Process;
use super::sandbox::{Credentials, Sandbox};
use super::{http, tools};

/// Which quickstart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quickstart {
    Flask,
    Express,
}

impl Quickstart {
    const fn name(self) -> &'static str {
        match self {
            Self::Flask => "Flask Quickstart",
            Self::Express => "Express Quickstart",
        }
    }
}

/// A partner's app that is running.
pub(crate) struct Partner {
    /// Its base URL, as in its redirect URI.
    pub(crate) url: String,
    pub(crate) credentials: Credentials,
    pub(crate) name: &'static str,
    _process: Process,
}

impl Partner {
    /// Registers and starts an app, and waits until it answers.
    ///
    /// # Errors
    /// When a program or module is missing, or it does not come up.
    pub(crate) async fn start(quickstart: Quickstart, sandbox: &Sandbox) -> anyhow::Result<Self> {
        let port = free_port()?;
        let redirect_uri = format!("http://localhost:{port}/callback");
        let name = quickstart.name();
        let credentials = sandbox.register(name, "web", &redirect_uri).await?;
        Self::run(quickstart, sandbox, port, credentials).await
    }

    /// Starts the app that has these credentials, whose redirect URI is `/callback` on localhost at this port.
    ///
    /// # Errors
    /// The same.
    pub(crate) async fn run(
        quickstart: Quickstart,
        sandbox: &Sandbox,
        port: u16,
        credentials: Credentials,
    ) -> anyhow::Result<Self> {
        let name = quickstart.name();
        let url = format!("http://localhost:{port}");
        let redirect_uri = format!("{url}/callback");
        let mut command = match quickstart {
            Quickstart::Flask => {
                let mut command = Command::new(tools::python()?);
                command.current_dir(tools::clients().join("flask"));
                command.args([
                    "-m",
                    "flask",
                    "--app",
                    "app",
                    "run",
                    "--port",
                    &port.to_string(),
                ]);
                command
                    .env("FLASK_SECRET_KEY", "a key for one test")
                    .env("PYTHONDONTWRITEBYTECODE", "1");
                command
            }
            Quickstart::Express => {
                let mut command = Command::new(tools::node("express")?);
                command
                    .current_dir(tools::clients().join("express"))
                    .arg("server.mjs")
                    .env("PORT", port.to_string());
                command
            }
        };
        command
            .env("LOOP_CLIENT_ID", &credentials.client_id)
            .env("LOOP_CLIENT_SECRET", &credentials.client_secret)
            .env("LOOP_REDIRECT_URI", &redirect_uri)
            .env("LOOP_IDENTITY_URL", sandbox.url())
            .env("LOOP_CLINICAL_URL", sandbox.clinical());
        let mut process = Process::start(name, &mut command)?;
        process
            .ready(async |_| TcpStream::connect(("localhost", port)).await.ok())
            .await?;
        Ok(Self {
            url,
            credentials,
            name,
            _process: process,
        })
    }

    /// Where a person begins.
    pub(crate) fn login(&self) -> String {
        format!("{}/login", self.url)
    }

    /// Where the answer goes.
    pub(crate) fn callback(&self) -> String {
        format!("{}/callback", self.url)
    }

    /// Has the app refresh its tokens.
    ///
    /// # Errors
    /// When it fails to.
    pub(crate) async fn refresh(&self) -> anyhow::Result<Value> {
        let response = http::client()?
            .post(format!("{}/refresh", self.url))
            .send()
            .await?;
        anyhow::ensure!(
            response.status().is_success(),
            "{}: {}",
            response.status(),
            response.text().await?
        );
        response.json().await.context("the app answers with JSON")
    }

    /// Has the app revoke what it was given.
    ///
    /// # Errors
    /// When it fails to.
    pub(crate) async fn disconnect(&self) -> anyhow::Result<()> {
        let response = http::client()?
            .post(format!("{}/disconnect", self.url))
            .send()
            .await?;
        anyhow::ensure!(
            response.status().is_success(),
            "{}: {}",
            response.status(),
            response.text().await?
        );
        Ok(())
    }

    /// Has the app call the biomarkers API with the token it holds: status and body.
    ///
    /// # Errors
    /// When the app does not answer with JSON.
    pub(crate) async fn biomarkers(&self) -> anyhow::Result<(u16, Value)> {
        let response = http::client()?
            .get(format!("{}/biomarkers", self.url))
            .send()
            .await?;
        Ok((response.status().as_u16(), response.json().await?))
    }
}

/// A port that nothing listens on. It is below those the system gives to outgoing connections, so none of them takes it
/// before the app does, and no other test in this process is told the same one.
///
/// # Errors
/// When there is none.
pub(crate) fn free_port() -> anyhow::Result<u16> {
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 12_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % u32::from(COUNT)).unwrap_or(0);
    for _ in 0..COUNT {
        let port = FIRST + start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    anyhow::bail!("no port is free between {FIRST} and {}", FIRST + COUNT)
}
