//! A first hour in the real window, by what stands on the screen: an app is registered, its first exchange comes in from
//! outside, and after quitting and starting again the app, the exchange and the place that was open are found again.

use reqwest::StatusCode;
use thirtyfour::Key;

use crate::support::outside::{self, App, MAYA};
use crate::support::window::Window;
use crate::support::{Home, eventually};

const NAME: &str = "Made in the Window";
const REDIRECT: &str = "http://localhost:3000/callback";
/// The rows of the traffic list.
const ROW: &str = "//*[@role='grid']//*[@role='row'][@data-place]";

impl Window {
    /// Registers an app on the page, has its BAA signed, and takes its credentials from the dialog.
    async fn registers_by_hand(&self) -> App {
        self.click("//nav//a[contains(., 'Apps')]").await;
        self.click("//main//a[contains(., 'New app')]").await;
        self.write("Name", NAME).await;
        self.write("Redirect URI", REDIRECT).await;
        for scope in outside::SCOPES {
            let choice =
                format!("//label[.//*[normalize-space(.)='{scope}']]/input[@type='checkbox']");
            let choice = self.element(&choice).await;
            if !choice.is_selected().await.expect("a choice") {
                choice.send_keys(Key::Space + "").await.expect("typed");
            }
        }
        self.click("//button[contains(., 'Register app')]").await;
        let dialog = format!("//*[@role='dialog'][contains(., '{NAME} is registered')]");
        let said = self.element(&dialog).await.text().await.expect("a text");
        let word = |start: &str| {
            let mut words = said.split_whitespace();
            let word = words.find(|word| word.starts_with(start));
            word.unwrap_or_else(|| panic!("no {start} in {said}"))
                .to_owned()
        };
        let app = App {
            client_id: word("client_"),
            client_secret: word("secret_"),
            redirect_uri: REDIRECT.to_owned(),
        };
        self.click("//button[contains(., 'I have them')]").await;
        self.click("//button[contains(., 'Apply')]").await;
        self.click("//button[contains(., 'Approve')]").await;
        self.element("//*[contains(text(), 'In force')]").await;
        app
    }
}

#[tokio::test]
async fn an_app_its_exchange_and_the_open_place_are_found_again() {
    let home = Home::new().await;
    let data = home.path().join("data-dir");
    let path = data.to_str().expect("a plain path");
    let arguments = ["--data-dir", path, "--key-file"];
    let window = Window::open(&home, &arguments).await;
    let platform = window.platform().await;
    let app = window.registers_by_hand().await;

    // The list is in sight while the app does its first exchange.
    window.click("//nav//a[contains(., 'Traffic')]").await;
    window.element("//*[@role='grid']").await;
    let code = app.code(&platform, MAYA).await;
    let (status, tokens) = app.redeem(&platform, &code).await;
    let tokens = tokens.unwrap_or_else(|| panic!("no tokens: {status}"));
    let called = outside::biomarkers(&platform, &tokens).await;
    assert_eq!(called, StatusCode::OK);
    let call = format!("{ROW}[contains(., '/clinical/v1/biomarkers/me')]");
    window.element(&call).await;
    let token = format!("{ROW}[contains(., '/v1/oauth/token')]");
    window.click(&token).await;
    let open = "//main//header[contains(., '/v1/oauth/token')]";
    window.element(open).await;
    let place = window.place().await;
    assert!(place.starts_with("#/traffic/exch"), "{place}");

    // Quits by its own keys, at once.
    window.strike(Key::Control + "q").await;
    eventually("the directory is let go", async || {
        (!data.join("runtime.json").exists()).then_some(())
    })
    .await;
    drop(window);

    let window = Window::open(&home, &arguments).await;
    window.element(open).await;
    assert_eq!(window.place().await, place);
    let chosen = window
        .element(&format!("{token}[@aria-selected='true']"))
        .await;
    assert!(chosen.is_displayed().await.expect("a row"));
    window.element(&call).await;
    window.click("//nav//a[contains(., 'Apps')]").await;
    window
        .click(&format!("//main//table//a[contains(., '{NAME}')]"))
        .await;
    let shown = format!("//main//article[contains(., '{}')]", app.client_id);
    window.element(&shown).await;
    // It is the same app in every respect: what it holds goes on working.
    let platform = window.platform().await;
    assert_eq!(
        outside::biomarkers(&platform, &tokens).await,
        StatusCode::OK
    );
    window.close().await;
}
