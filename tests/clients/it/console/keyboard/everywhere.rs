//! What holds on every panel: each action is in the palette and the help sheet, and each stop of Tab can be seen and heard.

use std::collections::{BTreeMap, BTreeSet};

use connect_rpc::actions::{ACTIONS, Needs};
use serde_json::{Value, json};

use crate::support::sandbox::MAYA_EMAIL;

use super::super::Console;

/// More stops than any panel has.
const STOPS: usize = 400;

impl Console {
    /// The texts of what matches.
    async fn texts(&self, selector: &str) -> anyhow::Result<Vec<String>> {
        let script = "return [...document.querySelectorAll(arguments[0])].map((found) => found.innerText.replace(/\\s+/g, ' ').trim())";
        let found = self.browser.execute(script, vec![json!(selector)]).await?;
        Ok(serde_json::from_value(found.json().clone())?)
    }

    /// Goes round the page by Tab, from wherever the panel has put the focus until it is there again, and looks at every
    /// stop. The browser's own frame lies between the last one and the first.
    async fn round(&self, place: &str) -> anyhow::Result<BTreeMap<String, String>> {
        let mut stops = BTreeMap::new();
        let mut unseen = Vec::new();
        let mut outside = 0;
        loop {
            self.keys("Tab").await?;
            let focus = self.focus().await?;
            if focus.role == "nothing" {
                outside += 1;
                anyhow::ensure!(
                    outside < 3,
                    "the round of {place} loses the focus: {stops:#?}"
                );
                continue;
            }
            if stops.contains_key(&focus.at) {
                break;
            }
            if !focus.shown || focus.name.is_empty() {
                unseen.push(format!("{} “{}” {}", focus.role, focus.name, focus.at));
            }
            stops.insert(focus.at, format!("{} “{}”", focus.role, focus.name));
            anyhow::ensure!(stops.len() < STOPS, "no end of {place}");
        }
        anyhow::ensure!(
            unseen.is_empty(),
            "on {place} these can't be seen to have the focus, or have no name: {unseen:#?}"
        );
        Ok(stops)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_action_is_in_the_palette_and_in_the_help_sheet() -> anyhow::Result<()> {
    let console = Console::open().await?;
    console.keys("Ctrl+K").await?;
    console.asked("Command palette").await?;
    console.settled().await?;
    let offered = console.texts(".palette [role=option]").await?;
    let named = |name: &str| offered.iter().find(|option| option.starts_with(name));
    for action in ACTIONS {
        // The palette does not offer to open itself.
        if action.id == "go.palette" {
            continue;
        }
        let option = named(action.name);
        let option = option.ok_or_else(|| anyhow::anyhow!("{} is not offered", action.name))?;
        let barred = option.contains("Only in the desktop window");
        assert_eq!(barred, action.needs == Needs::Desktop, "{option}");
    }
    assert!(named("Demo Web App").is_some() && named("Maya").is_some());

    // Typed, chosen, done.
    console.types("dark theme").await?;
    console.keys("Enter").await?;
    console.is_closed().await?;
    let theme = "return document.documentElement.dataset.theme";
    let theme = console.browser.execute(theme, vec![]).await?;
    assert_eq!(*theme.json(), Value::from("dark"));
    console.keys("Ctrl+K").await?;
    console.asked("Command palette").await?;
    console.types("maya").await?;
    console.settled().await?;
    console.keys("Enter").await?;
    console.browser.heading("People").await?;
    let person = console.sandbox.person(MAYA_EMAIL).await?;
    let there = format!("#/people/{person}");
    console.comes_to(|place| place == there).await?;

    console.keys("F1").await?;
    console.asked("Keyboard shortcuts").await?;
    let listed = console
        .texts("[role=dialog] li .words > span:first-child")
        .await?;
    let listed: BTreeSet<&str> = listed.iter().map(String::as_str).collect();
    for action in ACTIONS {
        assert!(
            listed.contains(action.name),
            "{} in {listed:?}",
            action.name
        );
    }
    console.escape().await?;
    console.no_complaints().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_stop_can_be_seen_and_heard() -> anyhow::Result<()> {
    let console = Console::open().await?;
    let exchange = console.sandbox.some_traffic().await?;
    let app = console.sandbox.demo_app().await?;
    let person = console.sandbox.person(MAYA_EMAIL).await?;
    let mut places: Vec<String> = ["home", "apps", "apps/new", "people", "traffic", "settings"]
        .map(str::to_owned)
        .into();
    for tab in ["overview", "settings", "scopes", "code", "button"] {
        places.push(format!("apps/{app}?tab={tab}"));
    }
    for tab in ["apps", "reads", "alerts", "details"] {
        places.push(format!("people/{person}?tab={tab}"));
    }
    for tab in ["overview", "request", "response", "why", "trace", "raw"] {
        places.push(format!("traffic/{exchange}?tab={tab}"));
    }
    let walk = console.sandbox.walked().await?;
    for view in ["before", "after", "diagram"] {
        places.push(format!("simulator/{walk}/token?view={view}"));
    }
    places.push(format!("simulator/{walk}/configure?view=before"));
    for place in places {
        console.go(&place).await?;
        // Whatever the last place had open or focused is gone.
        console.browser.refresh().await?;
        console.settled().await?;
        let stops = console.round(&place).await?;
        assert!(stops.len() > 12, "{place}: {stops:#?}");
    }
    console.no_complaints().await
}
