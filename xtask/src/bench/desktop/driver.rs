//! A page driven from outside: the WebDriver protocol, as far as a benchmark needs it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use super::display::Display;
use super::program::Program;
use crate::bench::http::{self, Connection};
use crate::bench::process::{PATIENCE, free_port};
use crate::setup;

/// The longest that a script may take, in milliseconds.
const SCRIPT_MS: u64 = 180_000;

/// A page in a browser or a window. Dropping it ends the driver and what it has started.
pub(super) struct Page {
    connection: Connection,
    address: SocketAddr,
    session: String,
    /// The engine and its version.
    engine: String,
    _driver: Program,
}

impl Page {
    /// A headless Chromium with a profile of its own.
    ///
    /// # Errors
    /// When Chromium or its driver is missing, or does not start.
    pub(super) async fn chromium(home: &Path) -> anyhow::Result<Self> {
        let port = free_port()?;
        let variables = setup::browser_variables()?;
        let program = |name: &str, otherwise: &str| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map_or_else(|| otherwise.into(), |(_, path)| path.clone())
        };
        let mut driver = Command::new(program("CHROMEDRIVER", "chromedriver"));
        driver.arg(format!("--port={port}"));
        let profile = home.join("chromium");
        let arguments = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--window-size=1320,860".to_owned(),
            format!("--user-data-dir={}", profile.display()),
        ];
        let wanted = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "binary": program("CHROME", "chromium"), "args": arguments },
        });
        Self::open(&mut driver, port, &home.join("chromedriver.log"), wanted).await
    }

    /// A window of WebKitGTK on a display: that of a program, or the engine's own small browser.
    ///
    /// # Errors
    /// When the driver is missing, or the window does not open.
    pub(super) async fn webkit(
        display: &Display,
        program: Option<(&Path, &[String])>,
    ) -> anyhow::Result<Self> {
        let port = free_port()?;
        let mut driver = display.within("WebKitWebDriver");
        driver
            .arg(format!("--port={port}"))
            // Without it a window of Tauri's refuses to be driven.
            .env("TAURI_WEBVIEW_AUTOMATION", "true");
        let wanted = match program {
            Some((program, arguments)) => json!({
                "webkitgtk:browserOptions": { "binary": program, "args": arguments },
            }),
            None => json!({}),
        };
        Self::open(&mut driver, port, &display.log("webdriver"), wanted).await
    }

    async fn open(
        driver: &mut Command,
        port: u16,
        log: &Path,
        wanted: Value,
    ) -> anyhow::Result<Self> {
        let mut program = Program::start(driver, log)?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let start = Instant::now();
        let connection = loop {
            match Connection::open(address).await {
                Ok(connection) => break connection,
                Err(error) => {
                    program.still_runs()?;
                    ensure!(start.elapsed() < PATIENCE, "no driver answers: {error}");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        };
        let mut page = Self {
            connection,
            address,
            session: String::new(),
            engine: String::new(),
            _driver: program,
        };
        let body = json!({ "capabilities": { "alwaysMatch": wanted } });
        let made = page.send("POST", "/session", &body).await;
        let made = made.with_context(|| std::fs::read_to_string(log).unwrap_or_default())?;
        page.session = format!(
            "/session/{}",
            made["sessionId"].as_str().context("a session has an id")?
        );
        let said = |name: &str| {
            made["capabilities"][name]
                .as_str()
                .unwrap_or("?")
                .to_owned()
        };
        page.engine = format!("{} {}", said("browserName"), said("browserVersion"));
        let path = format!("{}/timeouts", page.session);
        let longest = json!({ "script": SCRIPT_MS, "pageLoad": 60_000 });
        page.send("POST", &path, &longest).await?;
        Ok(page)
    }

    /// The engine and its version, as the driver names them.
    pub(super) fn engine(&self) -> &str {
        &self.engine
    }

    /// Goes to an address.
    ///
    /// # Errors
    /// When the page does not load.
    pub(super) async fn go(&mut self, url: &str) -> anyhow::Result<()> {
        let path = format!("{}/url", self.session);
        self.send("POST", &path, &json!({ "url": url })).await?;
        Ok(())
    }

    /// Loads the page again.
    ///
    /// # Errors
    /// When it does not load.
    pub(super) async fn reload(&mut self) -> anyhow::Result<()> {
        let path = format!("{}/refresh", self.session);
        self.send("POST", &path, &json!({})).await?;
        Ok(())
    }

    /// Runs the body of an asynchronous function in the page, and gives what it returns.
    ///
    /// # Errors
    /// What the script throws.
    pub(super) async fn run(&mut self, body: &str, arguments: Value) -> anyhow::Result<Value> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             (async (given) => {{ {body} }})(arguments[0]).then(
               (value) => done({{ done: value ?? null }}),
               (error) => done({{ failed: String(error) }}));"
        );
        let path = format!("{}/execute/async", self.session);
        let asked = json!({ "script": script, "args": [arguments] });
        let mut said = self.send("POST", &path, &asked).await?;
        if let Some(failed) = said["failed"].as_str() {
            bail!("{failed}");
        }
        Ok(said["done"].take())
    }

    /// Ends the session, and the program with it.
    ///
    /// # Errors
    /// When the driver refuses.
    pub(super) async fn close(mut self) -> anyhow::Result<()> {
        let path = self.session.clone();
        self.send("DELETE", &path, &json!({})).await?;
        Ok(())
    }

    async fn send(&mut self, method: &str, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = http::json(method, self.address, path, &[], body);
        let response = self.connection.exchange(&request).await?;
        let status = response.status;
        let mut said: Value = serde_json::from_slice(response.body())
            .with_context(|| format!("{method} {path}: status {status}"))?;
        let value = said["value"].take();
        ensure!(
            status == 200,
            "{method} {path}: {}",
            value["message"].as_str().unwrap_or("refused")
        );
        Ok(value)
    }
}
