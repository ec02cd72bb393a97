//! axe-core inside the live pages, in light and dark, on a wide screen and on a phone; and pictures of them for people.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::support::browser::Browser;
use crate::support::partner::{Partner, Quickstart};
use crate::support::sandbox::{MAYA, Sandbox};
use crate::support::tools;

/// Name, width and height of a screen.
const SCREENS: [(&str, u32, u32); 2] = [("wide", 1280, 900), ("phone", 390, 844)];

impl Browser {
    /// Checks the page in every scheme on every screen, and keeps a picture of each.
    async fn inspect(&self, axe: &str, name: &str) -> anyhow::Result<()> {
        for (screen, width, height) in SCREENS {
            let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": screen == "phone" });
            self.cdp()
                .send_raw("Emulation.setDeviceMetricsOverride", metrics)
                .await?;
            for scheme in ["light", "dark"] {
                self.colours(scheme).await?;
                self.picture(&format!("{name}-{screen}-{scheme}")).await?;
                let violations = self.violations(axe).await?;
                assert!(
                    violations.is_empty(),
                    "{name} ({screen}, {scheme}):\n{violations}"
                );
            }
        }
        self.cdp()
            .send_raw("Emulation.clearDeviceMetricsOverride", json!({}))
            .await?;
        self.colours("light").await
    }

    /// What axe-core finds wrong: a line for each element.
    pub(crate) async fn violations(&self, axe: &str) -> anyhow::Result<String> {
        self.execute(axe, vec![]).await?;
        let run = "const done = arguments[0]; axe.run().then(result => done(result), error => done(String(error)));";
        let result: Value = self.execute_async(run, vec![]).await?.json().clone();
        anyhow::ensure!(
            result["passes"]
                .as_array()
                .is_some_and(|passes| passes.len() > 10),
            "axe did not run: {result}"
        );
        let mut lines = String::new();
        for violation in result["violations"].as_array().into_iter().flatten() {
            for node in violation["nodes"].as_array().into_iter().flatten() {
                writeln!(
                    lines,
                    "{}: {} {}",
                    violation["id"], node["html"], node["failureSummary"]
                )?;
            }
        }
        Ok(lines)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_live_pages_have_no_violation_in_light_and_dark() -> anyhow::Result<()> {
    let axe = tools::axe()?;
    let sandbox = Sandbox::start().await?;
    let partner = Partner::start(Quickstart::Express, &sandbox).await?;
    let browser = Browser::open().await?;

    browser.goto(partner.login()).await?;
    browser.heading("Choose a person").await?;
    browser.inspect(&axe, "sign-in").await?;
    browser.sign_in(MAYA).await?;
    browser
        .heading(&format!("Connect {} with Loop", partner.name))
        .await?;
    browser.inspect(&axe, "consent").await?;
    let answered = browser.current_url().await?;
    browser.press("Allow").await?;
    browser.arrive(&partner.callback()).await?;

    browser.goto(answered.as_str()).await?;
    browser.heading("You already allowed this").await?;
    browser.inspect(&axe, "answered").await?;
    let stranger = format!(
        "{}/v1/oauth/authorize?response_type=code&client_id={}&redirect_uri=http%3A%2F%2F127.0.0.1%3A3000%2Fcallback",
        sandbox.url(),
        partner.credentials.client_id
    );
    browser.goto(stranger).await?;
    browser.element("//h2[.='What was wrong']").await?;
    browser.inspect(&axe, "refused").await?;
    browser.goto(format!("{}/nowhere", sandbox.url())).await?;
    browser.heading("There is nothing at this address").await?;
    browser.inspect(&axe, "nothing-here").await
}
