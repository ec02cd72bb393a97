//! A walk by the control surface, as the tests of predictions take it.

use connect_rpc::ErrorCode;
use serde_json::{Value, json};

use crate::support::{MAYA, Sandbox, text};

/// Steps in order.
pub(super) const STEPS: [&str; 13] = [
    "configure",
    "pkce",
    "authorization_url",
    "sign_in",
    "callback",
    "token",
    "id_token",
    "api",
    "introspect",
    "refresh",
    "reuse",
    "revoke",
    "after_revoke",
];
/// Scopes that every walk asks for.
const SCOPES: [&str; 4] = ["openid", "profile", "read:biomarkers", "read:red_flags"];

/// A session that is walked.
pub(super) struct Walk<'s> {
    pub(super) sandbox: &'s Sandbox,
    pub(super) session: String,
    pub(super) app: &'static str,
}

/// A step as it was taken.
pub(super) struct Taken {
    pub(super) run: Value,
    /// The main exchange, as this sandbox saw it.
    server: Option<String>,
    /// Another exchange that did not come as foreseen.
    side: Option<String>,
    /// Its exchanges.
    exchanges: Vec<Value>,
}

impl<'s> Walk<'s> {
    pub(super) async fn start(sandbox: &'s Sandbox, app: &'static str) -> Self {
        let setup = json!({
            "app": app, "persona": MAYA, "scopes": SCOPES, "consent": "automatic", "nonce": true,
            "call": "GET /clinical/v1/biomarkers/me", "outside_call": "GET /payments/v1/billing/summary",
        });
        let begun = sandbox
            .rpc("simulator_start", json!({ "setup": setup }))
            .await;
        Self {
            sandbox,
            session: text(&begun["summary"]["session"]),
            app,
        }
    }

    /// Takes anew what a step needs, from the verifier on. What it does not need is passed over.
    pub(super) async fn reach(&self, step: &str) {
        let place = place(step);
        if place > self::place("configure") && !self.is_configured().await {
            self.take("configure", None, None).await;
        }
        if place <= self::place("pkce") {
            return;
        }
        let to = json!({ "session": self.session, "step": "pkce" });
        self.sandbox.rpc("simulator_go", to).await;
        let until = STEPS[(place - 1).min(self::place("token"))];
        let payload = json!({ "session": self.session, "until": until });
        let walked = self.sandbox.rpc("simulator_run_all", payload).await;
        let runs = walked["runs"].as_array().expect("runs");
        let run = runs.last().expect("a run");
        assert_eq!(run["outcome"]["state"], "done", "{}: {run:#}", self.app);
        match step {
            "reuse" => self.take("refresh", None, None).await,
            "after_revoke" => self.take("revoke", None, None).await,
            _ => None,
        };
    }

    async fn is_configured(&self) -> bool {
        let session = json!({ "session": self.session });
        let session = self.sandbox.rpc("simulator_get", session).await;
        let runs = session["runs"].as_array().expect("runs");
        runs.iter().any(|run| run["step"] == "configure")
    }

    /// Takes a step; none when the slip can't be tried here.
    pub(super) async fn take(
        &self,
        step: &str,
        tamper: Option<&str>,
        edit: Option<Value>,
    ) -> Option<Taken> {
        let payload =
            json!({ "session": self.session, "step": step, "tamper": tamper, "edit": edit });
        match self.sandbox.app.rpc("simulator_run", payload).await {
            Ok(session) => Some(Taken::of(&session)),
            Err(error) if error.message.contains("can't be tried here") => None,
            Err(error) => panic!("{} {step} {tamper:?}: {error} {}", self.app, error.detail),
        }
    }

    /// Takes a step, or none when something is missing for it.
    pub(super) async fn try_to_take(&self, step: &str, tamper: Option<&str>) -> Option<Taken> {
        let payload = json!({ "session": self.session, "step": step, "tamper": tamper });
        match self.sandbox.app.rpc("simulator_run", payload).await {
            Ok(session) => Some(Taken::of(&session)),
            Err(error) => {
                let expected = [ErrorCode::Conflict, ErrorCode::Invalid];
                assert!(
                    expected.contains(&error.code),
                    "{} {step} {tamper:?}: {error}",
                    self.app
                );
                None
            }
        }
    }

    /// A step as it would be taken.
    pub(super) async fn plan(&self, step: &str) -> Value {
        let payload = json!({ "session": self.session, "step": step });
        self.sandbox.rpc("simulator_plan", payload).await
    }
}

impl Taken {
    fn of(session: &Value) -> Self {
        let run = session["runs"]
            .as_array()
            .and_then(|runs| runs.last())
            .expect("a run")
            .clone();
        let exchanges = session["exchanges"].as_array().expect("exchanges");
        let main = exchanges
            .iter()
            .find(|it| !run["main_exchange"].is_null() && it["exchange"] == run["main_exchange"]);
        let server = main.and_then(|it| it["server"].as_str()).map(str::to_owned);
        let side = exchanges
            .iter()
            .find(|it| it["run"] == run["run"] && it["agreement"]["agrees"] == false);
        let side =
            side.map(|it| format!("{}: {} {}", it["label"], it["prediction"], it["agreement"]));
        let exchanges = exchanges.iter().filter(|it| it["run"] == run["run"]);
        let exchanges = exchanges.cloned().collect();
        Self {
            run,
            server,
            side,
            exchanges,
        }
    }

    /// What was foreseen and what came, when they are not the same.
    pub(super) async fn disagreement(&self, walk: &Walk<'_>) -> Option<String> {
        let run = &self.run;
        if run["prediction"].is_null() {
            return Some(format!("nothing was foreseen: {}", run["outcome"]["words"]));
        }
        if let Some(side) = &self.side {
            return Some(side.clone());
        }
        if let Some(consequence) = self.other_consequence(walk).await {
            return Some(consequence);
        }
        // What introspection says is not in the status.
        let words = text(&run["prediction"]["words"]);
        if words.contains("active") {
            let payload = json!({ "session": walk.session, "exchange": run["main_exchange"] });
            let exchange = walk.sandbox.rpc("simulator_exchange", payload).await;
            let is_active = text(&exchange["response"]).contains("\"active\":true");
            if is_active != words.contains("`active` true") {
                return Some(format!("{words} It was {is_active}."));
            }
        }
        let agrees = run["agreement"]["agrees"] == true;
        (!agrees).then(|| {
            format!(
                "foreseen {} because {}, answered {}: {}",
                run["prediction"]["expected"],
                run["prediction"]["because"],
                run["agreement"]["answered"],
                run["outcome"]["words"],
            )
        })
    }

    /// A consequence that was foreseen and did not come, or came and was not foreseen: which tokens the journal says were
    /// ended.
    async fn other_consequence(&self, walk: &Walk<'_>) -> Option<String> {
        for exchange in &self.exchanges {
            let foreseen = exchange["prediction"]["effects"].as_array();
            let (Some(effects), Some(_)) = (foreseen, exchange["server"].as_str()) else {
                continue;
            };
            let effects: Vec<&str> = effects.iter().filter_map(Value::as_str).collect();
            let effects = effects.join("; ");
            let ended = ended(walk.sandbox, exchange).await;
            let claims = effects.contains("dead at once") || effects.contains("is revoked");
            let whole = ["same code is dead at once: ", "of the code is revoked: "];
            let counts = whole.iter().find_map(|it| effects.split_once(it));
            let counts = counts.map(|(_, rest)| rest.split(';').next().unwrap_or_default());
            let certain = counts.is_some() || effects.contains("the access token is dead at once");
            let right = match &ended {
                Some(ended) => claims && counts.is_none_or(|counts| counts == ended),
                None => !certain,
            };
            if !right {
                let label = &exchange["label"];
                return Some(format!("{label}: foreseen {effects}, ended {ended:?}"));
            }
        }
        None
    }

    /// Whether it may have changed how credentials stand, so that what it needed has to be taken anew.
    pub(super) fn spends(&self, step: &str) -> bool {
        let expected = &self.run["prediction"]["expected"];
        let effects = self.run["prediction"]["effects"].as_array();
        matches!(step, "token" | "refresh" | "reuse" | "revoke")
            && (expected["error"].is_null() || effects.is_none_or(|effects| !effects.is_empty()))
    }

    /// How sure a refusal is, as it was foreseen and as the server tells, when they are not the same.
    pub(super) async fn standings(&self, sandbox: &Sandbox) -> Option<String> {
        let exchange = self.server.as_ref()?;
        let payload = json!({ "exchange": exchange });
        let refusal = &sandbox.rpc("traffic_explain", payload).await["refusal"];
        let foreseen = &self.run["prediction"];
        let differs = !refusal["standing"].is_null() && refusal["standing"] != foreseen["standing"];
        differs.then(|| {
            format!(
                "{} is foreseen as {} ({}), and refused as {} ({})",
                refusal["check"],
                foreseen["standing"],
                foreseen["source"],
                refusal["standing"],
                refusal["clause"],
            )
        })
    }

    /// The check that refused it, as the server tells.
    pub(super) async fn refused_by(&self, sandbox: &Sandbox) -> Option<String> {
        let exchange = self.server.as_ref()?;
        let explained = sandbox
            .rpc("traffic_explain", json!({ "exchange": exchange }))
            .await;
        let check = &explained["refusal"]["check"];
        check.as_str().map(str::to_owned)
    }
}

/// Tokens that an exchange ended, as the journal has it: `2 access tokens and 1 refresh token`.
pub(super) async fn ended(sandbox: &Sandbox, exchange: &Value) -> Option<String> {
    let filter =
        json!({ "exchange": exchange["server"], "kind": "credential.revoked", "limit": 1000 });
    let list = sandbox.rpc("journal_list", filter).await;
    let entries = list["entries"].as_array().expect("entries");
    let said = |kind: &str, name: &str| {
        let all = entries.iter();
        let count = all.filter(|it| it["detail"]["kind"] == kind).count();
        match count {
            0 => None,
            1 => Some(format!("1 {name} token")),
            many => Some(format!("{many} {name} tokens")),
        }
    };
    let access = said("access_token", "access");
    let refresh = said("refresh_token", "refresh");
    let parts: Vec<String> = [access, refresh].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}

pub(super) fn place(step: &str) -> usize {
    let found = STEPS.iter().position(|it| *it == step);
    found.unwrap_or_else(|| panic!("{step} is no step"))
}
