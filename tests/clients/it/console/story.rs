//! A new user's first hour, by what stands on the screen: registers an app, runs it, sees every request, breaks the
//! redirect URI, is told why, presses the fix, and succeeds.

use anyhow::Context as _;
use thirtyfour::Key;

use crate::support::partner::{Partner, Quickstart, free_port};
use crate::support::sandbox::{Credentials, MAYA};

use super::Console;

const NAME: &str = "First Steps";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_user_registers_runs_breaks_and_mends_an_app() -> anyhow::Result<()> {
    let console = Console::open().await?;
    let port = free_port()?;
    let right = format!("http://localhost:{port}/callback");
    let credentials = console.register(&right).await?;
    let partner = Partner::run(Quickstart::Express, &console.sandbox, port, credentials).await?;

    // Runs it: sign-in, consent, tokens, data.
    console.leave_for(&partner.login()).await?;
    console.browser.sign_in(MAYA).await?;
    console
        .browser
        .heading(&format!("Connect {NAME} with Loop"))
        .await?;
    console.browser.press("Allow").await?;
    console.browser.arrive(&partner.callback()).await?;
    assert_eq!(
        console.browser.json().await?["message"],
        "Connected to Loop!"
    );
    console.come_back("traffic").await?;
    for target in [
        "/v1/oauth/authorize",
        "/v1/oauth/token",
        "/v1/biomarkers/me",
    ] {
        console.row(target).await?;
    }

    // Breaks it: the redirect URI loses a letter.
    console
        .change_redirect_uri(&right, &right.replace("callback", "calback"))
        .await?;
    console.leave_for(&partner.login()).await?;
    let page = console.browser.text().await?;
    assert!(page.contains("redirect"), "{page}");

    // Why? And the fix.
    let refused = console.sandbox.newest_of("authorize").await?;
    console.come_back(&format!("traffic/{refused}")).await?;
    console.tab("Why?").await?;
    let why = console.browser.text().await?;
    for part in [
        "redirect_uri_registered",
        "exact strings",
        "Register this redirect URI",
    ] {
        assert!(why.contains(part), "{part} in {why}");
    }
    console.browser.picture("console-why").await?;
    console.press_fix().await?;

    // It works again. An app that is not Loop's own asks every time; the person is signed in still.
    console.leave_for(&partner.login()).await?;
    console
        .browser
        .heading(&format!("Connect {NAME} with Loop"))
        .await?;
    console.browser.press("Allow").await?;
    console.browser.arrive(&partner.callback()).await?;
    assert_eq!(
        console.browser.json().await?["message"],
        "Connected to Loop!"
    );
    Ok(())
}

impl Console {
    /// Registers a web app on the page, has its BAA signed, and takes its credentials from the dialog.
    async fn register(&self, redirect_uri: &str) -> anyhow::Result<Credentials> {
        self.go("apps").await?;
        let link = self.browser.element("//a[contains(., 'New app')]").await?;
        link.click().await?;
        self.fill("Name", NAME).await?;
        self.fill("Redirect URI", redirect_uri).await?;
        for scope in ["openid", "profile", "read:biomarkers"] {
            self.choose_scope(scope).await?;
        }
        self.browser.press("Register app").await?;
        self.browser
            .element(&format!(
                "//*[@role='dialog'][contains(., '{NAME} is registered')]"
            ))
            .await?;
        let dialog = self.browser.element("//*[@role='dialog']").await?;
        let text = dialog.text().await?;
        let word = |start: &str| {
            text.split_whitespace()
                .find(|word| word.starts_with(start))
                .map(str::to_owned)
        };
        let credentials = Credentials {
            client_id: word("client_").context("the dialog shows the client id")?,
            client_secret: word("secret_").context("the dialog shows the client secret")?,
        };
        self.browser.press("I have them").await?;
        self.browser.press("Apply").await?;
        self.browser.press("Approve").await?;
        self.browser
            .element("//*[contains(text(), 'In force')]")
            .await?;
        Ok(credentials)
    }

    /// Writes into the one field with this name.
    async fn fill(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let xpath = format!(
            "//input[@aria-label='{name}' or @id=//label[starts-with(normalize-space(.), '{name}')]/@for]"
        );
        let field = self.browser.element(&xpath).await?;
        field.send_keys(Key::Control + "a").await?;
        Ok(field.send_keys(text).await?)
    }

    async fn choose_scope(&self, name: &str) -> anyhow::Result<()> {
        let xpath = format!("//label[.//*[normalize-space(.)='{name}']]/input[@type='checkbox']");
        let choice = self.browser.element(&xpath).await?;
        if !choice.is_selected().await? {
            choice.send_keys(Key::Space + "").await?;
        }
        Ok(())
    }

    async fn change_redirect_uri(&self, from: &str, to: &str) -> anyhow::Result<()> {
        let list = self.sandbox.rpc("apps_list", serde_json::json!({})).await?;
        let apps = list["apps"].as_array().context("a list")?;
        let app = apps.iter().find(|app| app["name"] == NAME);
        let id = app
            .and_then(|app| app["client_id"].as_str())
            .context("the app")?;
        self.go(&format!("apps/{id}")).await?;
        self.tab("Settings").await?;
        self.fill("Redirect URI", to).await?;
        self.browser.press("Save").await?;
        self.browser
            .element(&format!("//*[contains(text(), '{NAME} is saved')]"))
            .await?;
        assert_ne!(from, to);
        Ok(())
    }

    /// Opens a tab of the panel.
    pub(super) async fn tab(&self, name: &str) -> anyhow::Result<()> {
        let xpath = format!("//*[@role='tab'][starts-with(normalize-space(.), '{name}')]");
        self.browser.element(&xpath).await?.click().await?;
        self.settled().await
    }

    /// A row of the traffic about this target.
    async fn row(&self, target: &str) -> anyhow::Result<()> {
        let xpath = format!("(//*[@role='row'][contains(., '{target}')])[1]");
        self.browser.element(&xpath).await?;
        Ok(())
    }

    async fn press_fix(&self) -> anyhow::Result<()> {
        let button = "//*[@role='tabpanel']//button[.//*[contains(@class, 'lucide-wrench')]]";
        self.browser.element(button).await?.click().await?;
        self.browser
            .element("//*[normalize-space(text())='Fixed']")
            .await?;
        Ok(())
    }

    /// Goes to another page in the same tab.
    async fn leave_for(&self, url: &str) -> anyhow::Result<()> {
        Ok(self.browser.goto(url).await?)
    }

    /// Opens the console again, at a place.
    async fn come_back(&self, place: &str) -> anyhow::Result<()> {
        let address = self.sandbox.console().context("the console is served")?;
        self.browser.goto(address).await?;
        self.browser.heading("Home").await?;
        self.go(place).await
    }
}
