//! The documents' quickstarts, from "Connect with Loop" to disconnecting, as a person and their browser see it.

use serde_json::Value;

use crate::support::browser::Browser;
use crate::support::partner::{Partner, Quickstart};
use crate::support::sandbox::{MAYA, Sandbox};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_flask_quickstart_connects_refreshes_and_disconnects() -> anyhow::Result<()> {
    whole_life(Quickstart::Flask).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_express_quickstart_connects_refreshes_and_disconnects() -> anyhow::Result<()> {
    whole_life(Quickstart::Express).await
}

async fn whole_life(quickstart: Quickstart) -> anyhow::Result<()> {
    let sandbox = Sandbox::start().await?;
    let partner = Partner::start(quickstart, &sandbox).await?;
    let browser = Browser::open().await?;

    browser.goto(partner.login()).await?;
    browser.heading("Choose a person").await?;
    let text = browser.text().await?;
    assert!(
        text.contains(&format!("to connect {} with Loop", partner.name)),
        "{text}"
    );
    assert!(text.contains("Sandbox · not the real Loop"), "{text}");
    browser.sign_in(MAYA).await?;

    browser
        .heading(&format!("Connect {} with Loop", partner.name))
        .await?;
    let text = browser.text().await?;
    for words in [
        "Sign in with Loop",
        "View your name and basic profile",
        "View your lab results",
        MAYA,
        "maya@example.com",
        &partner.callback(),
    ] {
        assert!(
            text.contains(words),
            "{words:?} is not on the consent page:\n{text}"
        );
    }
    browser.press("Allow").await?;

    let url = browser.arrive(&partner.callback()).await?;
    for parameter in ["code", "state", "iss"] {
        assert!(
            url.query_pairs().any(|(name, _)| name == parameter),
            "{url}"
        );
    }
    let page = browser.json().await?;
    assert_eq!(page["message"], "Connected to Loop!");
    assert_eq!(page["scopes"], "openid profile read:biomarkers");
    assert_has_results(&page["biomarkers"]);

    let refreshed = partner.refresh().await?;
    assert_eq!(refreshed["rotated"], true);
    assert_eq!(refreshed["scopes"], "openid profile read:biomarkers");
    let (status, body) = partner.biomarkers().await?;
    assert_eq!(status, 200, "{body}");
    assert_has_results(&body);

    partner.disconnect().await?;
    let (status, body) = partner.biomarkers().await?;
    assert_eq!(
        (status, &body["error"]),
        (401, &Value::from("invalid_token")),
        "{body}"
    );

    browser.stayed_on_this_machine().await
}

fn assert_has_results(biomarkers: &Value) {
    let results = biomarkers["results"].as_array().map_or(0, Vec::len);
    assert!(results > 0, "no results in {biomarkers}");
}
