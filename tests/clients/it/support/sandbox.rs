//! A sandbox of the test's own, started as a library, that leaves nothing behind.

use std::sync::Arc;

use anyhow::Context as _;
use connect_app::{App, Config};
use connect_core::Env;
use serde_json::{Value, json};

/// The demo persona whom the tests sign in.
pub(crate) const MAYA: &str = "Maya Lindqvist";
/// Another one of the same brand.
pub(crate) const JONAS: &str = "Jonas Okafor";
/// Maya's email address.
pub(crate) const MAYA_EMAIL: &str = "maya@example.com";

/// A running sandbox on a free port.
pub(crate) struct Sandbox {
    app: App,
}

/// What a registered app knows about itself.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) client_id: String,
    /// Empty for a public app.
    pub(crate) client_secret: String,
}

/// The scopes that the quickstarts ask for, and one more for clients that want the email address.
pub(crate) const SCOPES: [&str; 4] = ["openid", "profile", "email", "read:biomarkers"];

impl Sandbox {
    /// With the demo seed; people are asked.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        Self::with(Config::ephemeral()).await
    }

    /// The same, and every authorization request is allowed at once as Maya.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) async fn approving() -> anyhow::Result<Self> {
        Self::with(Config {
            auto_approve: Some(MAYA_EMAIL.to_owned()),
            ..Config::ephemeral()
        })
        .await
    }

    async fn with(config: Config) -> anyhow::Result<Self> {
        let app = App::start(config, Arc::new(Env::system()))
            .await
            .context("the sandbox does not start")?;
        Ok(Self { app })
    }

    /// Base URL of identity.
    pub(crate) fn url(&self) -> &str {
        self.app.platform()
    }

    /// Base URL of the clinical service.
    pub(crate) fn clinical(&self) -> String {
        format!("{}/clinical", self.app.platform())
    }

    /// A command of the control surface.
    ///
    /// # Errors
    /// What it answers.
    pub(crate) async fn rpc(&self, command: &str, payload: Value) -> anyhow::Result<Value> {
        self.app
            .rpc(command, payload)
            .await
            .with_context(|| format!("{command} failed"))
    }

    /// Registers an app with a signed BAA.
    ///
    /// # Errors
    /// When it is refused.
    pub(crate) async fn register(
        &self,
        name: &str,
        app_type: &str,
        redirect_uri: &str,
    ) -> anyhow::Result<Credentials> {
        let request = json!({
            "name": name,
            "app_type": app_type,
            "redirect_uris": [redirect_uri],
            "scopes": SCOPES,
            "baa_status": "signed",
        });
        let answer = self.rpc("apps_create", request).await?;
        let text = |name: &str| answer[name].as_str().map(str::to_owned);
        Ok(Credentials {
            client_id: text("client_id").context("apps_create answers with a client_id")?,
            client_secret: text("client_secret").unwrap_or_default(),
        })
    }

    /// How an app's id_tokens are signed from now on.
    ///
    /// # Errors
    /// When it is refused.
    pub(crate) async fn sign_with(&self, client_id: &str, algorithm: &str) -> anyhow::Result<()> {
        self.rpc(
            "apps_update",
            json!({ "client_id": client_id, "id_token_alg": algorithm }),
        )
        .await?;
        Ok(())
    }
}
