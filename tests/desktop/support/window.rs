//! A window driven from outside, through `tauri-driver` and the web view's own driver.

use std::mem::ManuallyDrop;
use std::net::TcpListener;
use std::path::PathBuf;

use serde_json::{Value, json};
use thirtyfour::prelude::By;
use thirtyfour::{Capabilities, TypingData, WebDriver, WebElement};

use super::program::Program;
use super::{Home, eventually};

/// An open window. Dropping it ends it with its drivers.
pub(crate) struct Window {
    /// Never ended by being dropped: that would wait long for an answer from a program that is gone.
    pub(crate) driver: ManuallyDrop<WebDriver>,
    _process: Program,
}

impl Window {
    /// Opens one, with its sandbox on any free port.
    pub(crate) async fn open(home: &Home, arguments: &[&str]) -> Self {
        let arguments = [arguments, &["--port", "0"]].concat();
        Self::open_with(home, &arguments).await
    }

    /// Opens one with exactly these arguments.
    pub(crate) async fn open_with(home: &Home, arguments: &[&str]) -> Self {
        let (port, native) = (free_port().to_string(), free_port().to_string());
        let mut command = home.within(tauri_driver());
        command.args(["--port", &port, "--native-port", &native]);
        let process = Program::start(&mut command);
        let mut wanted = Capabilities::new();
        let set = wanted.set("browserName", "wry").and_then(|()| {
            wanted.set(
                "tauri:options",
                json!({ "application": env!("CARGO_BIN_EXE_connect-console"), "args": arguments }),
            )
        });
        set.expect("plain values");
        let address = format!("http://127.0.0.1:{port}");
        // The driver listens a moment after it has started.
        let driver = eventually("the window opens", async || {
            match WebDriver::new(&address, wanted.clone()).await {
                Ok(driver) => Some(driver),
                Err(error) => {
                    let said = error.to_string();
                    assert!(
                        said.contains("error sending request") || said.contains("onnect"),
                        "{said}\n{}",
                        process.said()
                    );
                    None
                }
            }
        })
        .await;
        let window = Self {
            driver: ManuallyDrop::new(driver),
            _process: process,
        };
        eventually("the page is loaded", async || {
            let state = window.run("return document.readyState").await;
            (state == "complete").then_some(())
        })
        .await;
        window
    }

    /// Runs a script in the page, and gives what it returns.
    pub(crate) async fn run(&self, script: &str) -> Value {
        let ran = self.driver.execute(script, Vec::new()).await;
        ran.unwrap_or_else(|error| panic!("{script}: {error}"))
            .json()
            .clone()
    }

    /// Runs a script that calls its last argument when it is done.
    pub(crate) async fn run_async(&self, script: &str) -> Value {
        let ran = self.driver.execute_async(script, Vec::new()).await;
        ran.unwrap_or_else(|error| panic!("{script}: {error}"))
            .json()
            .clone()
    }

    /// What a promise of the page comes to: `{"done": …}` or `{"failed": …}`.
    pub(crate) async fn settle(&self, promise: &str) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             Promise.resolve().then(() => {promise}).then(
               (value) => done(JSON.stringify({{ done: value ?? null }})),
               (error) => done(JSON.stringify({{ failed: error instanceof Error ? String(error) : error }})));"
        );
        let said = self.run_async(&script).await;
        let said = said.as_str().unwrap_or_else(|| panic!("{promise}: {said}"));
        serde_json::from_str(said).expect("it is JSON")
    }

    /// The place of the console that is open: `#/traffic/exch_…`.
    pub(crate) async fn place(&self) -> String {
        let place = self.run("return location.hash").await;
        place.as_str().expect("a text").to_owned()
    }

    async fn call(&self, command: &str, payload: &Value) -> Value {
        let invoke = format!(
            "window.__TAURI_INTERNALS__.invoke('rpc', {{ cmd: {command:?}, payload: {payload} }})"
        );
        self.settle(&invoke).await
    }

    /// A command that must work, called by the page.
    pub(crate) async fn rpc(&self, command: &str, payload: Value) -> Value {
        let outcome = self.call(command, &payload).await;
        assert!(outcome.get("failed").is_none(), "{command}: {outcome}");
        outcome["done"].clone()
    }

    /// A command that must fail, called by the page.
    pub(crate) async fn fails(&self, command: &str, payload: Value) -> Value {
        let outcome = self.call(command, &payload).await;
        assert!(outcome.get("done").is_none(), "{command}: {outcome}");
        outcome["failed"].clone()
    }

    /// The first element that matches, once it is there.
    pub(crate) async fn element(&self, xpath: &str) -> WebElement {
        eventually(&format!("{xpath} is there"), async || {
            self.driver.find(By::XPath(xpath)).await.ok()
        })
        .await
    }

    /// Presses what matches, once that can be done.
    pub(crate) async fn click(&self, xpath: &str) {
        eventually(&format!("{xpath} is pressed"), async || {
            let element = self.driver.find(By::XPath(xpath)).await.ok()?;
            element.click().await.ok()
        })
        .await;
    }

    /// Writes into the field with this name, in place of what is there.
    pub(crate) async fn write(&self, name: &str, text: &str) {
        let field = format!(
            "//input[@aria-label='{name}' or @id=//label[starts-with(normalize-space(.), '{name}')]/@for]"
        );
        let field = self.element(&field).await;
        field.clear().await.expect("a field");
        field.send_keys(text).await.expect("typed");
    }

    /// Presses keys, wherever the focus is.
    pub(crate) async fn strike(&self, keys: impl Into<TypingData>) {
        let focused = self.driver.active_element().await.expect("an element");
        // The session may be gone before the keys are answered: some keys end the program.
        let _ = focused.send_keys(keys).await;
    }

    /// A command that ends the page that calls it, so that nobody hears its answer.
    pub(crate) async fn tell(&self, command: &str) {
        let script = format!(
            "window.__TAURI_INTERNALS__.invoke('rpc', {{ cmd: {command:?}, payload: {{}} }})"
        );
        // The session may be gone before the script is answered.
        let _ = self.driver.execute(script, Vec::new()).await;
    }

    /// Does something in the page, and calls such a command without a moment between the two.
    pub(crate) async fn does_and_tells(&self, script: &str, command: &str) {
        let script = format!(
            "{script};
             window.__TAURI_INTERNALS__.invoke('rpc', {{ cmd: {command:?}, payload: {{}} }})"
        );
        let _ = self.driver.execute(script, Vec::new()).await;
    }

    /// Ends the session, and the program with it.
    pub(crate) async fn close(self) {
        let driver = ManuallyDrop::into_inner(self.driver);
        driver.quit().await.expect("the session ends");
    }
}

/// A port that was free a moment ago: the drivers can't be told to take any.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

/// The driver that `cargo xtask setup` installs, or the one that `TAURI_DRIVER` names.
fn tauri_driver() -> PathBuf {
    if let Some(named) = std::env::var_os("TAURI_DRIVER") {
        return PathBuf::from(named);
    }
    let tests = std::env::current_exe().expect("this program has a path");
    // target/debug/deps/desktop-…
    let target = tests
        .ancestors()
        .nth(3)
        .expect("it is in cargo's target directory");
    target.join("tools/bin/tauri-driver")
}
