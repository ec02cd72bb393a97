//! A session: what a walk is about, what was done in it, and what the app learned by it.
//!
//! It is stored whole, sealed. The bytes of its exchanges are stored apart ([`Bytes`]), so that taking a step does not
//! write all of them again.

mod credential;
mod exchange;
mod history;
mod run;

use std::sync::Arc;

use connect_core::Timestamp;
use connect_core::domain::app::AppType;
use connect_core::domain::walk::{ClientAuthentication, Consent, Step};
use serde::{Deserialize, Serialize};

pub use credential::{By, Cause, Credential, CredentialKind, CredentialState, Ending, counted};
pub use exchange::{Bytes, Exchange, Timing};
pub use run::{
    Answered, Check, Claim, Otherwise, Outcome, Place, Prediction, Run, Shown, Spoiled, Verdict,
};

/// One walk, and the earlier ones that it was set aside for.
#[derive(Clone, Serialize, Deserialize)]
pub struct Session {
    /// `walk_…`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Where it goes.
    pub target: Target,
    /// What it is about.
    pub setup: Setup,
    /// The step it stands at; none when the last one was taken.
    pub at: Option<Step>,
    /// Everything that was run, oldest first; at most [`Session::MOST_RUNS`].
    #[serde(with = "history")]
    pub runs: Vec<Run>,
    /// Every exchange, oldest first.
    pub exchanges: Vec<Exchange>,
    /// What the app knows at this point.
    pub facts: Facts,
    /// Every credential that the session has seen, and how it stands, as far as can be told from here.
    pub credentials: Vec<Credential>,
    /// What the walk waits for.
    pub waiting: Option<Waiting>,
    /// Steps that were passed over, of the present walk.
    pub skipped: Vec<Step>,
    /// Whether it is kept.
    pub kept: bool,
    /// When it was begun, by the wall clock.
    pub created_at: Timestamp,
    /// When something was last done in it, by the wall clock.
    pub updated_at: Timestamp,
}

/// A server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Base URL, without a slash at its end: the issuer.
    pub base_url: String,
    /// Whether it is the sandbox of this process.
    pub own: bool,
}

/// What a walk is about.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    /// The client id.
    pub client_id: String,
    /// The app's name, where it is known.
    pub app_name: Option<String>,
    /// Its kind.
    pub app_type: AppType,
    /// Its secret, where it has one.
    pub client_secret: Option<String>,
    /// Email of the persona.
    pub persona: Option<String>,
    /// Scopes to ask for.
    pub scopes: Vec<String>,
    /// Where the flow comes back to.
    pub redirect_uri: String,
    /// How the app says who it is.
    pub authentication: ClientAuthentication,
    /// How sign-in and consent happen.
    pub consent: Consent,
    /// What the persona answers when consent is automatic.
    pub allow: bool,
    /// Whether a nonce is sent.
    pub nonce: bool,
    /// `prompt`, if one is sent.
    pub prompt: Option<String>,
    /// The call that the scopes open.
    pub call: Option<Call>,
    /// The call that they do not open.
    pub outside_call: Option<Call>,
}

/// A call to a service, and the scope it needs as far as that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// `GET`.
    pub method: String,
    /// `/clinical/v1/biomarkers/me`.
    pub path: String,
    /// The scope it needs.
    pub scope: Option<String>,
}

/// What the app knows. A copy is kept with every run, so that the walk can go back.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The server's metadata.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub metadata: Option<Arc<serde_json::Value>>,
    /// PKCE verifier (RFC 7636 §4.1).
    pub verifier: Option<String>,
    /// PKCE challenge (RFC 7636 §4.2).
    pub challenge: Option<String>,
    /// `state` of the authorization request.
    pub state: Option<String>,
    /// `nonce` of the authorization request.
    pub nonce: Option<String>,
    /// The authorization request.
    pub authorization_url: Option<String>,
    /// Where the browser was sent back to.
    pub callback_url: Option<String>,
    /// The authorization code.
    pub code: Option<String>,
    /// Where the flow comes back to in truth, when a listener on another port took the registered one's place
    /// (RFC 8252 §7.3).
    pub redirect_uri: Option<String>,
    /// The newest access token.
    pub access_token: Option<String>,
    /// The access token that the call of the walk was last made with, and answered.
    #[serde(default)]
    pub called_with: Option<String>,
    /// The newest refresh token.
    pub refresh_token: Option<String>,
    /// The refresh token before it.
    pub old_refresh_token: Option<String>,
    /// The newest id_token.
    pub id_token: Option<String>,
    /// Scopes that were granted.
    pub granted: Vec<String>,
    /// Cookies that the walk's browser holds: name and value.
    pub cookies: Vec<(String, String)>,
    /// The trace of the walk in this sandbox.
    pub trace: Option<String>,
}

/// What a walk waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The address that a person opens.
    pub open: String,
    /// Where the callback is awaited.
    pub listening: Option<String>,
    /// Why nobody listens, and what to do.
    pub problem: Option<String>,
}

impl Session {
    /// Most runs of a session: some thirty whole walks. A session is read and written whole, so that it may not grow for
    /// ever; nothing that was done in it is dropped.
    pub const MOST_RUNS: usize = 400;

    /// Whether no more runs go into it.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.runs.len() >= Self::MOST_RUNS
    }

    /// The run of a step that counts: the newest that was not set aside.
    #[must_use]
    pub fn run_of(&self, step: Step) -> Option<&Run> {
        let mut newest = self.runs.iter().rev();
        newest.find(|run| run.step == step && !run.set_aside)
    }

    /// The exchanges of a run, in order.
    pub fn exchanges_of(&self, run: u32) -> impl Iterator<Item = &Exchange> {
        self.exchanges.iter().filter(move |it| it.run == run)
    }

    /// Predictions that turned out wrong, exchange by exchange and step by step.
    #[must_use]
    pub fn disagreements(&self) -> usize {
        let of_runs = self
            .runs
            .iter()
            .filter(|run| disagree(run.prediction.as_ref(), run.answered.as_ref()));
        let mains: Vec<u32> = self.runs.iter().filter_map(|it| it.main_exchange).collect();
        let of_exchanges = self.exchanges.iter().filter(|it| {
            !mains.contains(&it.number) && disagree(it.prediction.as_ref(), it.answered.as_ref())
        });
        of_runs.count() + of_exchanges.count()
    }

    /// Where the flow comes back to.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        let in_truth = self.facts.redirect_uri.as_deref();
        in_truth.unwrap_or(&self.setup.redirect_uri)
    }

    /// The newest access token as the session knows it.
    #[must_use]
    pub fn access_token(&self) -> Option<&Credential> {
        let value = self.facts.access_token.as_ref()?;
        let mut newest = self.credentials.iter().rev();
        newest.find(|it| it.value == *value)
    }

    /// Whether the call of the walk was made with the newest access token, and answered.
    #[must_use]
    pub fn has_called(&self) -> bool {
        let facts = &self.facts;
        facts.access_token.is_some() && facts.called_with == facts.access_token
    }

    /// Whether the run with this number was set aside.
    #[must_use]
    pub fn is_set_aside(&self, run: u32) -> bool {
        let mut runs = self.runs.iter();
        runs.any(|it| it.number == run && it.set_aside)
    }
}

fn disagree(foreseen: Option<&Prediction>, answered: Option<&Answered>) -> bool {
    foreseen
        .zip(answered)
        .is_some_and(|(foreseen, answered)| !foreseen.agrees(answered))
}
