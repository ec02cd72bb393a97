//! A running sandbox, and how tests reach it: real sockets on one side, the control surface on the other.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use connect_app::{App, Config};
use connect_core::{Env, Timestamp};
use connect_rpc::{ErrorCode, RpcError};
use serde_json::{Value, json};

use super::http::{self, Answer, Request, Wire};
use super::partner::Partner;

/// The persona as whom tests act unless they say otherwise.
pub(crate) const MAYA: &str = "maya@example.com";

/// How often [`Sandbox::wait_for`] looks, and how long it waits in all.
const LOOKS: u32 = 600;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// A request and its answer, as they went over the wire.
pub(crate) type Bytes = (Vec<u8>, Vec<u8>);

/// A sandbox.
pub(crate) struct Sandbox {
    pub(crate) app: App,
    pub(crate) env: Arc<Env>,
    /// `127.0.0.1:9400`.
    pub(crate) authority: String,
    /// What went over the wire, request and answer, when a test asked for it to be kept.
    pub(crate) kept: Option<Mutex<Vec<Bytes>>>,
}

impl Sandbox {
    /// A fresh one that shows its pages.
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// A fresh one that allows everything as Maya without asking.
    pub(crate) async fn approving() -> Self {
        Self::with(|config| config.auto_approve = Some(MAYA.to_owned())).await
    }

    /// A fresh one, configured.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::ephemeral();
        change(&mut config);
        Self::of(config, Arc::new(Env::system())).await
    }

    /// One with this configuration, time and randomness.
    pub(crate) async fn of(config: Config, env: Arc<Env>) -> Self {
        let app = App::start(config, Arc::clone(&env))
            .await
            .expect("the sandbox starts");
        let authority = app
            .platform()
            .strip_prefix("http://")
            .expect("a plain listener")
            .to_owned();
        Self {
            app,
            env,
            authority,
            kept: None,
        }
    }

    /// Its issuer, as addressed by default.
    pub(crate) fn issuer(&self) -> String {
        format!("http://{}", self.authority)
    }

    /// The port of the platform.
    pub(crate) fn port(&self) -> u16 {
        self.authority
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok())
            .expect("an authority has a port")
    }

    /// Sends a request over a connection of its own.
    pub(crate) async fn send(&self, request: &Request) -> Answer {
        let answer = http::send(&self.authority, request).await;
        if let Some(kept) = &self.kept {
            let exchange = (request.bytes(&self.authority), answer.bytes.clone());
            kept.lock().expect("nobody panicked").push(exchange);
        }
        answer
    }

    /// A connection that stays open.
    pub(crate) async fn wire(&self) -> Wire {
        Wire::open(&self.authority).await
    }

    /// A command that must work.
    #[track_caller]
    pub(crate) fn rpc(&self, command: &str, payload: Value) -> impl Future<Output = Value> {
        let (place, app, command) = (
            std::panic::Location::caller(),
            self.app.clone(),
            command.to_owned(),
        );
        async move {
            let answer = app.rpc(&command, payload).await;
            answer.unwrap_or_else(|error| {
                panic!(
                    "{command} at {place}: {:?}: {error} {}",
                    error.code, error.detail
                )
            })
        }
    }

    /// A command that must fail with `code`.
    pub(crate) async fn rpc_fails(
        &self,
        command: &str,
        payload: Value,
        code: ErrorCode,
    ) -> RpcError {
        match self.app.rpc(command, payload.clone()).await {
            Ok(answer) => panic!("{command} {payload} worked: {answer}"),
            Err(error) => {
                assert_eq!(error.code, code, "{command} {payload}: {error}");
                error
            }
        }
    }

    /// Moves the sandbox clock.
    pub(crate) async fn advance(&self, seconds: u64) -> Value {
        self.rpc("clock_advance", json!({ "seconds": seconds }))
            .await
    }

    /// Sandbox time.
    pub(crate) async fn now(&self) -> Timestamp {
        let clock = self.rpc("clock_get", json!({})).await;
        serde_json::from_value(clock["now"].clone()).expect("a time")
    }

    /// The registered app with this name, with its secrets.
    pub(crate) async fn app_named(&self, name: &str) -> Partner {
        let apps = self.rpc("apps_list", json!({})).await;
        let apps = apps["apps"].as_array().expect("a list");
        let app = apps.iter().find(|app| app["name"] == name);
        let app = app.unwrap_or_else(|| {
            panic!(
                "no app is called {name}; there are {:?}",
                apps.iter().map(|app| &app["name"]).collect::<Vec<_>>()
            )
        });
        self.reveal(app).await
    }

    /// The client of a Loop service.
    pub(crate) async fn service_client(&self, service: &str) -> Partner {
        let apps = self.rpc("apps_list", json!({})).await;
        let app = apps["apps"]
            .as_array()
            .expect("a list")
            .iter()
            .find(|app| app["service"] == service);
        self.reveal(app.unwrap_or_else(|| panic!("no client for {service} in {apps}")))
            .await
    }

    async fn reveal(&self, app: &Value) -> Partner {
        let secrets = self
            .rpc("apps_reveal", json!({ "client_id": app["client_id"] }))
            .await;
        Partner {
            client_id: text(&app["client_id"]),
            secret: secrets["client_secret"].as_str().map(str::to_owned),
            webhook_secret: secrets["webhook_signing_secret"]
                .as_str()
                .map(str::to_owned),
            redirect_uri: app["redirect_uris"][0]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        }
    }

    pub(crate) async fn web(&self) -> Partner {
        self.app_named("Demo Web App").await
    }

    pub(crate) async fn spa(&self) -> Partner {
        self.app_named("Demo SPA").await
    }

    pub(crate) async fn native(&self) -> Partner {
        self.app_named("Demo Native App").await
    }

    pub(crate) async fn unsigned(&self) -> Partner {
        self.app_named("Demo Unsigned App").await
    }

    /// Registers an app; the payload is that of `apps_create`.
    pub(crate) async fn register(&self, payload: Value) -> Partner {
        let registered = self.rpc("apps_create", payload).await;
        Partner {
            client_id: text(&registered["client_id"]),
            secret: registered["client_secret"].as_str().map(str::to_owned),
            webhook_secret: registered["webhook_signing_secret"]
                .as_str()
                .map(str::to_owned),
            redirect_uri: registered["app"]["redirect_uris"][0]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        }
    }

    /// A web app with this name and every scope a person can give.
    pub(crate) async fn register_web(&self, name: &str) -> Partner {
        self.register(json!({
            "name": name, "app_type": "web", "redirect_uris": ["https://partner.example.com/callback"],
            "scopes": people_scopes(), "baa_status": "signed",
        }))
        .await
    }

    /// A machine with these scopes.
    pub(crate) async fn register_machine(&self, name: &str, scopes: &[&str]) -> Partner {
        self.register(json!({ "name": name, "app_type": "m2m", "scopes": scopes }))
            .await
    }

    /// Journal entries whose kind begins so, oldest first.
    pub(crate) async fn journal(&self, kind: &str) -> Vec<Value> {
        let list = self
            .rpc(
                "journal_list",
                json!({ "kind": kind, "limit": 1000, "oldest_first": true }),
            )
            .await;
        list["entries"].as_array().expect("a list").clone()
    }

    /// The persona's id.
    pub(crate) async fn person(&self, email: &str) -> String {
        let detail = self.rpc("people_get", json!({ "user_id": email })).await;
        text(&detail["person"]["user_id"])
    }

    /// The newest exchange of an operation, waited for: recording comes after the answer.
    pub(crate) async fn newest_exchange(&self, operation: &str) -> Value {
        let list = self
            .rpc(
                "traffic_list",
                json!({ "operation": operation, "limit": 1 }),
            )
            .await;
        list["exchanges"]
            .get(0)
            .unwrap_or_else(|| panic!("no exchange of {operation}"))
            .clone()
    }

    /// Why the newest exchange of an operation was answered so.
    pub(crate) async fn explain_newest(&self, operation: &str) -> Value {
        let exchange = self.newest_exchange(operation).await;
        self.rpc("traffic_explain", json!({ "exchange": exchange["id"] }))
            .await
    }

    /// Looks until `ready` gives something; fails when it never does.
    pub(crate) async fn wait_for<T, F: Future<Output = Option<T>>>(
        what: &str,
        mut ready: impl FnMut() -> F,
    ) -> T {
        let mut between = tokio::time::interval(BETWEEN_LOOKS);
        for _ in 0..LOOKS {
            between.tick().await;
            if let Some(found) = ready().await {
                return found;
            }
        }
        panic!("waited in vain for {what}");
    }
}

/// A JSON string as text.
#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
        .to_owned()
}

/// Names of every scope a person can give.
pub(crate) fn people_scopes() -> Vec<&'static str> {
    let catalogue = connect_core::protocol::scope::CATALOGUE.iter();
    catalogue
        .filter(|scope| !scope.machine_only)
        .map(|scope| scope.name)
        .collect()
}
