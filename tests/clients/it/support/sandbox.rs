//! A sandbox of the test's own, started as a library, that leaves nothing behind.

use std::sync::Arc;

use anyhow::Context as _;
use connect_app::{App, Config, UiFiles};
use connect_core::Env;
use serde_json::{Value, json};

use super::{http, tools};

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

/// The files of the built console. They live as long as the tests, as those in a program do.
fn console_files() -> anyhow::Result<UiFiles> {
    let root = tools::root()?.join("ui/dist");
    let mut files: Vec<(&'static str, &'static [u8])> = Vec::new();
    for folder in ["", "assets"] {
        let listed = std::fs::read_dir(root.join(folder))
            .context("no built console: `npm run build` in ui/, which `cargo xtask setup` does")?;
        for entry in listed {
            let entry = entry?;
            if !entry.file_type()?.is_file() {
                continue;
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() {
                name
            } else {
                format!("{folder}/{name}")
            };
            files.push((path.leak(), std::fs::read(entry.path())?.leak()));
        }
    }
    Ok(UiFiles::new(files))
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

    /// The same as [`Self::start`], with the console on a port of its own.
    ///
    /// # Errors
    /// When it does not start, or the console was not built.
    pub(crate) async fn with_console() -> anyhow::Result<Self> {
        Self::with(Config {
            control_port: Some(0),
            ui: Some(console_files()?),
            ..Config::ephemeral()
        })
        .await
    }

    /// Where a browser opens the console.
    pub(crate) fn console(&self) -> Option<String> {
        self.app.control()?.ui
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

    /// A flow that succeeds, an API call, and a refusal, which is the newest exchange then: its id.
    ///
    /// # Errors
    /// When an answer is not the expected one.
    pub(crate) async fn some_traffic(&self) -> anyhow::Result<String> {
        let client = http::client()?;
        for path in [
            "/.well-known/openid-configuration",
            "/clinical/v1/biomarkers/me",
        ] {
            client.get(format!("{}{path}", self.url())).send().await?;
        }
        let app = self.demo_app().await?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", "lph_ac_never_issued_here_000000000000000000"),
            ("redirect_uri", "http://localhost:3000/callback"),
            ("client_id", app.as_str()),
        ];
        let token = format!("{}/v1/oauth/token", self.url());
        let answer = client.post(token).form(&form).send().await?;
        anyhow::ensure!(answer.status().is_client_error(), "{}", answer.status());
        self.newest_exchange().await
    }

    /// The id of the newest exchange.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) async fn newest_exchange(&self) -> anyhow::Result<String> {
        self.newest(json!({ "limit": 1 })).await
    }

    /// The id of the newest exchange of one operation: a browser asks for more than its page, and when it likes.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) async fn newest_of(&self, operation: &str) -> anyhow::Result<String> {
        self.newest(json!({ "limit": 1, "operation": operation }))
            .await
    }

    async fn newest(&self, query: Value) -> anyhow::Result<String> {
        let list = self.rpc("traffic_list", query).await?;
        let id = list["exchanges"][0]["id"].as_str().map(str::to_owned);
        id.context("there is an exchange")
    }

    /// The `client_id` of the demo web app.
    ///
    /// # Errors
    /// When it is not there.
    pub(crate) async fn demo_app(&self) -> anyhow::Result<String> {
        let list = self.rpc("apps_list", json!({})).await?;
        let apps = list["apps"].as_array().context("a list")?;
        let web = apps.iter().find(|app| app["name"] == "Demo Web App");
        let id = web.and_then(|app| app["client_id"].as_str());
        Ok(id.context("the demo web app")?.to_owned())
    }

    /// A finished walk of the simulator: its session.
    ///
    /// # Errors
    /// When a step of it failed.
    pub(crate) async fn walked(&self) -> anyhow::Result<String> {
        let begun = self.rpc("simulator_start", json!({})).await?;
        let session = begun["summary"]["session"].as_str().context("a session")?;
        let done = self
            .rpc("simulator_run_all", json!({ "session": session }))
            .await?;
        anyhow::ensure!(done["summary"]["step"].is_null(), "{}", done["summary"]);
        Ok(session.to_owned())
    }

    /// The `user_id` of a persona.
    ///
    /// # Errors
    /// When there is none with this email.
    pub(crate) async fn person(&self, email: &str) -> anyhow::Result<String> {
        let list = self.rpc("people_list", json!({})).await?;
        let people = list["people"].as_array().context("a list")?;
        let person = people.iter().find(|person| person["email"] == email);
        let id = person.and_then(|person| person["user_id"].as_str());
        Ok(id.context("the persona")?.to_owned())
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
