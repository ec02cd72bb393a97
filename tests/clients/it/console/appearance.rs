//! Every panel with real data: axe-core, the browser's own complaints, and pictures for people, in every theme and size.

use crate::support::sandbox::MAYA_EMAIL;
use crate::support::tools;

use super::Console;

const PANELS: [&str; 6] = ["home", "apps", "people", "simulator", "traffic", "settings"];
const THEMES: [&str; 3] = ["light", "dark", "contrast"];
const SIZES: [(u32, u32); 2] = [(1280, 800), (900, 600)];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_panel_is_accessible_and_breaks_no_policy() -> anyhow::Result<()> {
    let console = Console::open().await?;
    let axe = tools::axe()?;
    console.sandbox.some_traffic().await?;
    for panel in PANELS {
        console.go(panel).await?;
        for theme in THEMES {
            for (width, height) in SIZES {
                console.show(theme, width, height).await?;
                let name = format!("console-{panel}-{theme}-{width}");
                console.browser.picture(&name).await?;
                let violations = console.browser.violations(&axe).await?;
                assert!(violations.is_empty(), "{name}:\n{violations}");
            }
        }
    }
    console.no_complaints().await?;
    console.browser.stayed_on_this_machine().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_open_has_an_address() -> anyhow::Result<()> {
    let console = Console::open().await?;
    let axe = tools::axe()?;
    let exchange = console.sandbox.some_traffic().await?;
    let app = console.sandbox.demo_app().await?;
    let person = console.sandbox.person(MAYA_EMAIL).await?;
    let walk = console.sandbox.walked().await?;
    for place in [
        format!("traffic/{exchange}"),
        format!("apps/{app}"),
        "apps/new".to_owned(),
        format!("people/{person}"),
        format!("simulator/{walk}/token?view=after"),
        format!("simulator/{walk}/token?view=before"),
        format!("simulator/{walk}/token?view=diagram"),
        format!("simulator/{walk}/id_token?view=after"),
    ] {
        console.go(&place).await?;
        let name = place.split('/').next().unwrap_or_default();
        for theme in THEMES {
            for (width, height) in SIZES {
                console.show(theme, width, height).await?;
                let kind = match place.rsplit_once("view=") {
                    Some((before, view)) => format!(
                        "{}-{view}",
                        before
                            .trim_end_matches('?')
                            .rsplit('/')
                            .next()
                            .unwrap_or_default()
                    ),
                    None if place.ends_with("new") => "new".to_owned(),
                    None => "open".to_owned(),
                };
                console
                    .browser
                    .picture(&format!("console-{name}-{kind}-{theme}-{width}"))
                    .await?;
                let violations = console.browser.violations(&axe).await?;
                assert!(violations.is_empty(), "{place}, {theme}:\n{violations}");
            }
        }
        let address = console.browser.current_url().await?;
        assert!(address.as_str().ends_with(&place), "{address}");
    }
    console.no_complaints().await
}
