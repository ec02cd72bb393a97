//! Sign-in and consent by keyboard alone: every control is reached by Tab, in the order in which it is read, and shows
//! that it has the focus.

use thirtyfour::Key;

use crate::support::browser::Browser;
use crate::support::partner::{Partner, Quickstart};
use crate::support::sandbox::{JONAS, MAYA, Sandbox};

impl Browser {
    async fn strike(&self, key: Key) -> anyhow::Result<()> {
        Ok(self.action_chain().send_keys(key).perform().await?)
    }

    /// Moves the focus on by Tab and returns the first line of what has it then.
    async fn tab(&self) -> anyhow::Result<String> {
        self.strike(Key::Tab).await?;
        let focused = self.active_element().await?;
        assert_ne!(
            focused.css_value("outline-style").await?,
            "none",
            "the focus can be seen"
        );
        let text = focused.text().await?;
        Ok(text
            .lines()
            .find(|line| line.chars().count() > 2)
            .unwrap_or_default()
            .to_owned())
    }

    /// Everything that Tab reaches up to `last`.
    async fn tab_until(&self, last: &str) -> anyhow::Result<Vec<String>> {
        let mut reached = Vec::new();
        while reached.last().is_none_or(|text| text != last) {
            anyhow::ensure!(reached.len() < 20, "Tab does not reach {last}: {reached:?}");
            reached.push(self.tab().await?);
        }
        Ok(reached)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_can_be_answered_with_tab_and_enter() -> anyhow::Result<()> {
    let sandbox = Sandbox::start().await?;
    let partner = Partner::start(Quickstart::Express, &sandbox).await?;
    let browser = Browser::open().await?;
    let consent = format!("Connect {} with Loop", partner.name);

    browser.goto(partner.login()).await?;
    browser.heading("Choose a person").await?;
    assert_eq!(
        browser.tab_until("Cancel").await?,
        [MAYA, JONAS, "Priya Raman", "Cancel"]
    );
    for _ in 0..3 {
        browser
            .action_chain()
            .key_down(Key::Shift)
            .send_keys(Key::Tab)
            .key_up(Key::Shift)
            .perform()
            .await?;
    }
    browser.strike(Key::Enter).await?;
    browser.heading(&consent).await?;
    assert!(browser.text().await?.contains(MAYA));

    assert_eq!(
        browser.tab_until("Allow").await?,
        ["Use another account", "Deny", "Allow"]
    );
    browser.strike(Key::Enter).await?;
    browser.arrive(&partner.callback()).await?;
    assert_eq!(browser.json().await?["message"], "Connected to Loop!");

    browser.goto(partner.login()).await?;
    browser.heading(&consent).await?;
    assert_eq!(
        browser.tab_until("Deny").await?,
        ["Use another account", "Deny"]
    );
    browser.strike(Key::Space).await?;
    browser.arrive(&partner.callback()).await?;
    assert_eq!(browser.text().await?, "Authorization failed: access_denied");
    Ok(())
}
