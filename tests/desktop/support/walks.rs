//! Windows of walks, driven from outside, and an app that walks.

use connect_core::protocol::pkce;
use serde_json::{Value, json};
use thirtyfour::{By, WindowHandle};
use url::Url;

use super::eventually;
use super::outside::MAYA;
use super::window::Window;

impl Window {
    /// Opens the window of a walk, and goes on in it. What became of it is kept in the console's page.
    pub(crate) async fn opens_walk(&self, session: &str, url: &Url, redirect_uri: &str) {
        let before = self.windows().await;
        let asked =
            json!({ "session": session, "url": url.as_str(), "redirect_uri": redirect_uri });
        self.run(&format!(
            "window.walks ??= [];
             const place = window.walks.push(null) - 1;
             window.__TAURI_INTERNALS__.invoke('rpc', {{ cmd: 'host_open_walk', payload: {asked} }}).then(
               (done) => (window.walks[place] = {{ done }}), (failed) => (window.walks[place] = {{ failed }}));"
        ))
        .await;
        let opened = eventually("a window opens", async || {
            let windows = self.windows().await;
            windows.into_iter().find(|window| !before.contains(window))
        })
        .await;
        self.goes_to(&opened).await;
    }

    pub(crate) async fn windows(&self) -> Vec<WindowHandle> {
        self.driver.windows().await.expect("windows")
    }

    pub(crate) async fn goes_to(&self, window: &WindowHandle) {
        let to = self.driver.switch_to_window(window.clone()).await;
        to.expect("it is there");
    }

    /// Presses the button after which the window ends, maybe before the driver has its answer.
    pub(crate) async fn allows(&self) {
        let here = self.driver.window().await.expect("a window");
        eventually("consent is given", async || {
            let allow = By::XPath("//button[@name='decision'][@value='allow']");
            let pressed = match self.driver.find(allow).await {
                Ok(button) => button.click().await.is_ok(),
                Err(_) => false,
            };
            let gone = !pressed && !self.windows().await.contains(&here);
            (pressed || gone).then_some(())
        })
        .await;
    }

    /// What the window came to that was opened last.
    pub(crate) async fn walked(&self) -> Value {
        self.ended(-1).await
    }

    /// What the window came to that was opened before that one.
    pub(crate) async fn walked_before(&self) -> Value {
        self.ended(-2).await
    }

    async fn ended(&self, place: i8) -> Value {
        let script = format!("return JSON.stringify(window.walks.at({place}))");
        eventually("the window of a walk ends", async || {
            let said = self.run(&script).await;
            let said: Value = serde_json::from_str(said.as_str()?).ok()?;
            (!said.is_null()).then_some(said)
        })
        .await
    }
}

/// An app that comes back in every way there is, and whose ports nobody listens at.
pub(crate) struct Native {
    pub(crate) client_id: String,
    pub(crate) redirect_uris: [String; 3],
}

impl Native {
    pub(crate) async fn registered(window: &Window, port: u16) -> Self {
        let redirect_uris = [
            format!("http://localhost:{port}/callback"),
            "https://your-app.example.com/oauth/callback".to_owned(),
            "com.example.app:/cb".to_owned(),
        ];
        let asked = json!({
            "name": "Three Ways", "app_type": "native", "redirect_uris": redirect_uris, "scopes": ["openid"],
        });
        let registered = window.rpc("apps_create", asked).await;
        Self {
            client_id: registered["client_id"].as_str().expect("an id").to_owned(),
            redirect_uris,
        }
    }

    /// An authorization request of its own making.
    pub(crate) fn asks(&self, platform: &str) -> Url {
        let parameters = [
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uris[0]),
            ("scope", "openid"),
            ("state", "state"),
            ("code_challenge", &pkce::challenge(&"verifier".repeat(6))),
            ("code_challenge_method", "S256"),
        ];
        let url = Url::parse_with_params(&format!("{platform}/v1/oauth/authorize"), parameters);
        url.expect("an address")
    }
}

/// The button that signs Maya in.
pub(crate) fn maya() -> String {
    format!("//button[@name='user_id'][contains(., '{MAYA}')]")
}
