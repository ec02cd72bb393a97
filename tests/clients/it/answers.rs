//! The ways in which people answer, or fail to: no, somebody else, twice, in two tabs, from a stale page.

use thirtyfour::prelude::By;

use crate::support::browser::Browser;
use crate::support::http;
use crate::support::partner::{Partner, Quickstart};
use crate::support::sandbox::{JONAS, MAYA, Sandbox};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deny_and_cancel_tell_the_app_access_denied() -> anyhow::Result<()> {
    let sandbox = Sandbox::start().await?;
    let partner = Partner::start(Quickstart::Flask, &sandbox).await?;
    let browser = Browser::open().await?;

    browser.goto(partner.login()).await?;
    browser.sign_in(MAYA).await?;
    browser.press("Deny").await?;
    let url = browser.arrive(&partner.callback()).await?;
    assert_eq!(http::query(&url, "error").as_deref(), Some("access_denied"));
    assert!(
        http::query(&url, "state").is_some() && http::query(&url, "code").is_none(),
        "{url}"
    );
    assert_eq!(browser.json().await?["error"], "access_denied");

    // Signed in by now, so `Cancel` is met only where somebody is to be chosen.
    browser.goto(partner.login()).await?;
    browser.press("Use another account").await?;
    browser.heading("Choose a person").await?;
    browser.press("Cancel").await?;
    browser.arrive(&partner.callback()).await?;
    assert_eq!(browser.json().await?["error"], "access_denied");

    let express = Partner::start(Quickstart::Express, &sandbox).await?;
    browser.goto(express.login()).await?;
    browser.sign_in(MAYA).await?;
    browser.press("Deny").await?;
    browser.arrive(&express.callback()).await?;
    assert_eq!(browser.text().await?, "Authorization failed: access_denied");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_account_can_be_used_and_is_remembered() -> anyhow::Result<()> {
    let sandbox = Sandbox::start().await?;
    let partner = Partner::start(Quickstart::Express, &sandbox).await?;
    let browser = Browser::open().await?;
    let consent = format!("Connect {} with Loop", partner.name);

    browser.goto(partner.login()).await?;
    browser.sign_in(MAYA).await?;
    browser.heading(&consent).await?;
    browser.press("Use another account").await?;
    browser.sign_in(JONAS).await?;
    browser.heading(&consent).await?;
    let text = browser.text().await?;
    assert!(text.contains(JONAS) && !text.contains(MAYA), "{text}");
    browser.press("Allow").await?;
    browser.arrive(&partner.callback()).await?;
    assert_eq!(browser.json().await?["message"], "Connected to Loop!");

    // Signed in already, so only consent is asked; a third-party app asks every time.
    browser.goto(partner.login()).await?;
    browser.heading(&consent).await?;
    let text = browser.text().await?;
    assert!(
        text.contains(JONAS) && text.contains("You allowed all of this before."),
        "{text}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answered_page_says_so_when_it_is_met_again() -> anyhow::Result<()> {
    let sandbox = Sandbox::start().await?;
    let partner = Partner::start(Quickstart::Flask, &sandbox).await?;
    let browser = Browser::open().await?;

    browser.goto(partner.login()).await?;
    browser.sign_in(MAYA).await?;
    browser
        .heading(&format!("Connect {} with Loop", partner.name))
        .await?;
    let page = browser.current_url().await?;
    browser.press("Allow").await?;
    browser.arrive(&partner.callback()).await?;

    // A browser may keep the page as it was. Then its buttons are still there, and change nothing.
    browser.back().await?;
    assert_eq!(browser.current_url().await?, page);
    if browser
        .find_all(By::XPath("//button[@value='deny']"))
        .await?
        .len()
        == 1
    {
        browser.press("Deny").await?;
    }
    browser.heading("You already allowed this").await?;
    browser.goto(page.as_str()).await?;
    browser.heading("You already allowed this").await?;
    let text = browser.text().await?;
    assert!(
        text.contains("Each request is answered once") && text.contains(partner.name),
        "{text}"
    );
    assert!(
        browser.find_all(By::Tag("form")).await?.is_empty(),
        "nothing is left to answer"
    );
    assert_eq!(
        partner.biomarkers().await?.0,
        200,
        "what was allowed stays allowed"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tabs_are_two_requests_with_one_sign_in() -> anyhow::Result<()> {
    let sandbox = Sandbox::start().await?;
    let partner = Partner::start(Quickstart::Express, &sandbox).await?;
    let browser = Browser::open().await?;
    let consent = format!("Connect {} with Loop", partner.name);

    let first = browser.window().await?;
    browser.goto(partner.login()).await?;
    browser.sign_in(MAYA).await?;
    browser.heading(&consent).await?;
    let second = browser.new_tab().await?;
    browser.switch_to_window(second.clone()).await?;
    browser.goto(partner.login()).await?;
    browser.heading(&consent).await?;
    assert!(
        browser.text().await?.contains(MAYA),
        "the second tab is signed in as well"
    );

    // Each tab is answered by itself.
    browser.switch_to_window(first.clone()).await?;
    browser.press("Deny").await?;
    browser.arrive(&partner.callback()).await?;
    assert_eq!(browser.text().await?, "Authorization failed: access_denied");
    browser.switch_to_window(second.clone()).await?;
    browser.press("Allow").await?;
    browser.arrive(&partner.callback()).await?;
    assert_eq!(browser.json().await?["message"], "Connected to Loop!");

    // What a page says of Maya is never answered as Jonas because another tab changed who is signed in.
    browser.goto(partner.login()).await?;
    browser.heading(&consent).await?;
    browser.switch_to_window(first).await?;
    browser.goto(partner.login()).await?;
    browser.press("Use another account").await?;
    browser.sign_in(JONAS).await?;
    browser.heading(&consent).await?;
    browser.switch_to_window(second).await?;
    assert!(
        browser.text().await?.contains(MAYA),
        "its page was shown to Maya"
    );
    let asked = browser.current_url().await?;
    browser.press("Allow").await?;
    browser.heading("This form was not accepted").await?;
    let text = browser.text().await?;
    assert!(text.contains("older than this sign-in"), "{text}");
    // The request itself went on with the browser's new sign-in: a reload shows whom it is for now.
    browser.goto(asked.as_str()).await?;
    browser.heading(&consent).await?;
    assert!(
        browser.text().await?.contains(JONAS),
        "the page is Jonas's now"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_hint_comes_first_and_has_the_focus() -> anyhow::Result<()> {
    let sandbox = Sandbox::start().await?;
    let partner = Partner::start(Quickstart::Express, &sandbox).await?;
    let browser = Browser::open().await?;
    let authorize = http::location(&http::client()?.get(partner.login()).send().await?)?;

    browser
        .goto(format!("{authorize}&login_hint=jonas%40example.com"))
        .await?;
    browser.heading("Choose a person").await?;
    let people = browser
        .find_all(By::XPath("//button[@name='user_id']"))
        .await?;
    assert_eq!(people.len(), 3);
    let first = people[0].text().await?;
    assert!(
        first.contains(JONAS) && first.contains("Suggested by the app"),
        "{first}"
    );
    assert_eq!(
        browser.active_element().await?.text().await?,
        first,
        "the suggested person has the focus"
    );

    browser
        .goto(format!("{authorize}&login_hint=nobody%40example.com"))
        .await?;
    let text = browser.text().await?;
    assert!(
        text.contains("nobody@example.com") && text.contains("No such person is in this sandbox"),
        "{text}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_our_page_did_not_make_is_refused() -> anyhow::Result<()> {
    let sandbox = Sandbox::start().await?;
    let partner = Partner::start(Quickstart::Flask, &sandbox).await?;
    let browser = Browser::open().await?;

    browser.goto(partner.login()).await?;
    browser.sign_in(MAYA).await?;
    browser
        .heading(&format!("Connect {} with Loop", partner.name))
        .await?;
    let page = browser.current_url().await?;
    browser
        .execute(
            "for (const field of document.getElementsByName('csrf')) field.value = 'lph_cs_wrong';",
            vec![],
        )
        .await?;
    browser.press("Allow").await?;
    browser.heading("This form was not accepted").await?;
    let text = browser.text().await?;
    assert!(text.contains("csrf_matches"), "{text}");

    // The request was not harmed: the page can be loaded again and answered.
    browser.goto(page.as_str()).await?;
    browser.press("Allow").await?;
    browser.arrive(&partner.callback()).await?;
    assert_eq!(browser.json().await?["message"], "Connected to Loop!");
    Ok(())
}
