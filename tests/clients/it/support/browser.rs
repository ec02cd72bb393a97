//! A headless Chromium of the test's own: its driver, a fresh profile, and what people do with Loop's pages.

use std::ops::Deref;
use std::process::Command;

use anyhow::Context as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::prelude::{By, ElementQueryable as _};
use thirtyfour::{
    ChromiumLikeCapabilities as _, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver, WebElement,
};
use tokio::sync::{Semaphore, SemaphorePermit};
use url::{Host, Url};

use super::process::Process;
use super::{eventually, http, tools};

/// How many browsers run at once: each keeps about one core busy while it loads a page.
static BROWSERS: Semaphore = Semaphore::const_new(2);

/// No name but localhost has an address for the browser, so it can reach this machine only.
const ONLY_THIS_MACHINE: &str =
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1";

const FLAGS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
    ONLY_THIS_MACHINE,
];

/// A browser. Dropping it ends it with its driver.
pub(crate) struct Browser {
    driver: Option<WebDriver>,
    _process: Process,
    _profile: TempDir,
    _permit: SemaphorePermit<'static>,
}

impl Browser {
    /// As people have it.
    ///
    /// # Errors
    /// When Chromium or its driver is missing, or does not start.
    pub(crate) async fn open() -> anyhow::Result<Self> {
        Self::with(json!({})).await
    }

    /// With script switched off in its settings.
    ///
    /// # Errors
    /// The same.
    pub(crate) async fn without_script() -> anyhow::Result<Self> {
        Self::with(json!({ "profile.managed_default_content_settings.javascript": 2 })).await
    }

    async fn with(preferences: Value) -> anyhow::Result<Self> {
        let permit = BROWSERS.acquire().await?;
        let profile = tempfile::Builder::new()
            .prefix("connect-browser-")
            .tempdir()?;
        let mut process = Process::start(
            "chromedriver",
            Command::new(tools::chromedriver()?).args(["--port=0", "--log-level=WARNING"]),
        )?;
        let port: u16 = process
            .ready(async |printed| {
                let (_, after) = printed.split_once("started successfully on port ")?;
                after.split_once('.')?.0.parse().ok()
            })
            .await?;
        let mut wanted = DesiredCapabilities::chrome();
        wanted.set_binary(&tools::chromium()?.to_string_lossy())?;
        for flag in FLAGS {
            wanted.add_arg(flag)?;
        }
        wanted.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
        wanted.add_experimental_option("prefs", preferences)?;
        wanted.set_logging_prefs("performance", LoggingPrefsLogLevel::All)?;
        wanted.set_logging_prefs("browser", LoggingPrefsLogLevel::All)?;
        let driver = WebDriver::builder(format!("http://127.0.0.1:{port}"), wanted)
            .client(http::client()?)
            .await
            .with_context(|| {
                format!(
                    "Chromium does not start; its driver printed:\n{}",
                    process.printed()
                )
            })?;
        Ok(Self {
            driver: Some(driver),
            _process: process,
            _profile: profile,
            _permit: permit,
        })
    }

    /// The one element that matches, once it is there.
    ///
    /// # Errors
    /// When it does not come; the message holds the page's text.
    pub(crate) async fn element(&self, xpath: &str) -> anyhow::Result<WebElement> {
        match self.query(By::XPath(xpath)).single().await {
            Ok(element) => Ok(element),
            Err(error) => {
                let page = format!("{}\n{}", self.current_url().await?, self.text().await?);
                Err(error).context(format!("no single {xpath} on {page}"))
            }
        }
    }

    /// Presses the button with this text in it.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) async fn press(&self, label: &str) -> anyhow::Result<()> {
        Ok(self
            .element(&format!(
                "//button[contains(normalize-space(.), '{label}')]"
            ))
            .await?
            .click()
            .await?)
    }

    /// Chooses a person on the sign-in page.
    ///
    /// # Errors
    /// When this is not the sign-in page, or nobody has the name.
    pub(crate) async fn sign_in(&self, name: &str) -> anyhow::Result<()> {
        self.heading("Choose a person").await?;
        self.press(name).await
    }

    /// Waits for a page with this main heading.
    ///
    /// # Errors
    /// When it does not come; the message holds the page that did.
    pub(crate) async fn heading(&self, text: &str) -> anyhow::Result<()> {
        self.element(&format!("//h1[normalize-space(.)='{text}']"))
            .await?;
        Ok(())
    }

    /// Everything the page says.
    ///
    /// # Errors
    /// When there is no page.
    pub(crate) async fn text(&self) -> anyhow::Result<String> {
        Ok(self.find(By::Tag("body")).await?.text().await?)
    }

    /// Waits for a page whose address begins so.
    ///
    /// # Errors
    /// When it does not come.
    pub(crate) async fn arrive(&self, start: &str) -> anyhow::Result<Url> {
        let arrived = eventually(&format!("the browser is at {start}"), async || {
            let url = self.current_url().await?;
            Ok(Some(url).filter(|url| url.as_str().starts_with(start)))
        })
        .await;
        match arrived {
            Ok(url) => Ok(url),
            Err(error) => {
                let page = format!("{}\n{}", self.current_url().await?, self.text().await?);
                Err(error.context(format!("it is at {page}")))
            }
        }
    }

    /// The JSON that an app's page shows.
    ///
    /// # Errors
    /// When it shows none.
    pub(crate) async fn json(&self) -> anyhow::Result<Value> {
        let text = self.element("//pre").await?.text().await?;
        serde_json::from_str(&text).with_context(|| format!("not JSON: {text}"))
    }

    /// What DevTools saw of the network since the last time this was asked: method and parameters.
    ///
    /// # Errors
    /// When the browser keeps no such log.
    pub(crate) async fn network(&self) -> anyhow::Result<Vec<(String, Value)>> {
        let mut events = Vec::new();
        for entry in self.get_log("performance").await? {
            let mut event: Value = serde_json::from_str(&entry.message)?;
            let message = event["message"].take();
            let method = message["method"].as_str().unwrap_or_default().to_owned();
            events.push((method, message["params"].clone()));
        }
        Ok(events)
    }

    /// Every address it asked for since the network log was read last.
    ///
    /// # Errors
    /// When the browser keeps no such log.
    pub(crate) async fn requested(&self) -> anyhow::Result<Vec<Url>> {
        let mut urls = Vec::new();
        for (method, params) in self.network().await? {
            if method == "Network.requestWillBeSent"
                && let Some(url) = params["request"]["url"].as_str()
            {
                urls.push(Url::parse(url)?);
            }
        }
        Ok(urls)
    }

    /// Fails if anything was asked of another machine.
    ///
    /// # Errors
    /// With the addresses.
    pub(crate) async fn stayed_on_this_machine(&self) -> anyhow::Result<()> {
        let requested = self.requested().await?;
        anyhow::ensure!(!requested.is_empty(), "the network log is empty");
        // Chromium's own start page is made of chrome: and data: addresses.
        let elsewhere: Vec<_> = requested
            .iter()
            .filter(|url| matches!(url.scheme(), "http" | "https" | "ws" | "wss"))
            .filter(|url| match url.host() {
                Some(Host::Domain(name)) => name != "localhost",
                Some(Host::Ipv4(address)) => !address.is_loopback(),
                Some(Host::Ipv6(address)) => !address.is_loopback(),
                None => true,
            })
            .map(Url::as_str)
            .collect();
        anyhow::ensure!(elsewhere.is_empty(), "the browser went to {elsewhere:?}");
        Ok(())
    }

    /// Shows pages in a colour scheme, `light` or `dark`, without transitions, which a picture would catch half way.
    ///
    /// # Errors
    /// When the browser cannot.
    pub(crate) async fn colours(&self, scheme: &str) -> anyhow::Result<()> {
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.cdp()
            .send_raw("Emulation.setEmulatedMedia", features)
            .await?;
        Ok(())
    }

    /// Keeps a picture of the page in `target/screens`, for people to look at.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) async fn picture(&self, name: &str) -> anyhow::Result<()> {
        let directory = tools::target()?.join("screens");
        std::fs::create_dir_all(&directory)?;
        Ok(self
            .screenshot(&directory.join(format!("{name}.png")))
            .await?)
    }
}

impl Deref for Browser {
    type Target = WebDriver;

    fn deref(&self) -> &WebDriver {
        self.driver
            .as_ref()
            .expect("the driver is there until the browser is dropped")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The process ends with the browser in it; asking the driver first would only take time.
        let _quit_before = self.driver.take().map(WebDriver::leak);
    }
}
