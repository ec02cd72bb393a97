//! The client simulator: walks through the flow from the app's side, kept as sessions.

mod exchange;
mod hand_over;
mod list;
mod plan;
mod run;
mod target;

use connect_core::Timestamp;
use connect_core::domain::app::{AppType, IdTokenAlg, Profile};
use connect_core::domain::walk::{ClientAuthentication, Consent, Step};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use exchange::{
    Arrow, ArrowKind, CopyWalkExchange, Diagram, DiagramFormat, DiagramOf, DrawnDiagram, Lane,
    RevealedWalkExchange, WalkExchange, WalkExchangeDetail, WalkExchangeRef, WalkTiming,
};
pub use hand_over::{BesideFile, HandOver, HandOverForm, HandedOver};
pub use list::{WalkEnd, WalkList, WalkSlip, WalkSummary};
pub use plan::{
    AnswerPlace, ExpectedAnswer, Otherwise, Parameter, ParameterPlace, Plan, PlanStep,
    PlannedRequest, Prediction, RequestEdit, TamperInfo, TamperList, TampersOf,
};
pub use run::{
    Agreement, AlsoForeseen, ClaimRow, ClientCheck, RunAll, RunOutcome, RunStep, Shown, StepRun,
    StepState, StepView, Waiting,
};
pub use target::{TargetRef, UnlockTarget, UnlockedTarget, WalkTarget};

/// Names a session.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct SessionRef {
    /// Its id, `walk_…`.
    pub session: String,
}

/// A new session. What is left out is chosen: the first app that signs people in, its first redirect URI, `openid`,
/// `profile`, `email` and the first health data that it may read, the first persona, consent given automatically.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields = nullable)]
pub struct StartWalk {
    /// What the session is called; 1 to 80 characters.
    pub name: Option<String>,
    /// Base URL of another target in place of this sandbox: an unlocked host, or loopback.
    pub target: Option<String>,
    /// What the walk is about.
    #[ts(as = "Option<_>", optional)]
    pub setup: WalkSetup,
}

/// What a walk is about. What is left out stays, or is chosen.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields = nullable)]
pub struct WalkSetup {
    /// An app of this sandbox, by client id or name; for another target its client id.
    pub app: Option<String>,
    /// The client secret, for another target only: an app of this sandbox has its own taken. Empty for none.
    pub client_secret: Option<String>,
    /// What kind of app it is, for another target only.
    pub app_type: Option<AppType>,
    /// Email of the persona to sign in as.
    pub persona: Option<String>,
    /// Scopes to ask for.
    pub scopes: Option<Vec<String>>,
    /// Where the flow comes back to; any text, so that a wrong one can be tried.
    pub redirect_uri: Option<String>,
    /// How the app says who it is.
    pub client_authentication: Option<ClientAuthentication>,
    /// How sign-in and consent happen.
    pub consent: Option<Consent>,
    /// What the persona answers when consent is automatic: allow unless told.
    pub allow: Option<bool>,
    /// Whether a `nonce` is sent.
    pub nonce: Option<bool>,
    /// `prompt`; empty for none.
    pub prompt: Option<String>,
    /// The call that the scopes open, `GET /clinical/v1/biomarkers/me`; empty for none.
    pub call: Option<String>,
    /// The call that they do not open; empty for none.
    pub outside_call: Option<String>,
}

/// A session to be changed: its name, whether it is kept, or what it is about.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateWalk {
    /// Which session.
    pub session: String,
    /// Its new name.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub name: Option<String>,
    /// Whether it outlives the seven days of a session with another target.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub kept: Option<bool>,
    /// What the walk is about. A change takes the walk back to its first step; what was done stays in the session.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub setup: Option<WalkSetup>,
}

/// A session and a step.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct WalkTo {
    /// Which session.
    pub session: String,
    /// The step to stand at: what came after it is set aside, and steps passed over are skipped.
    pub step: Step,
}

/// A callback that came some other way.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct WalkCallback {
    /// Which session.
    pub session: String,
    /// The whole URL that the browser was sent to.
    pub url: String,
}

/// A session with everything but the bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct WalkSession {
    /// As the list shows it.
    pub summary: WalkSummary,
    /// What it is about.
    pub setup: WalkConfig,
    /// The steps, in order.
    pub steps: Vec<StepView>,
    /// Everything that was run, oldest first, set-aside runs among it.
    pub runs: Vec<StepRun>,
    /// Every request that was sent and the callbacks that came, oldest first.
    pub exchanges: Vec<WalkExchange>,
    /// What the walk waits for, when it waits for a person.
    pub waiting: Option<Waiting>,
    /// The trace of the walk in this sandbox, once it has one.
    pub trace: Option<String>,
    /// Until when its newest code may be exchanged, by the sandbox's clock. None before there is a code, and at another
    /// target, which does not say how long its codes live.
    pub code_expires_at: Option<Timestamp>,
}

/// What a walk is about, complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct WalkConfig {
    /// The client id.
    pub client_id: String,
    /// The app's name, where it is known.
    pub app_name: Option<String>,
    /// What kind of app it is.
    pub app_type: AppType,
    /// Whether there is a client secret.
    pub has_secret: bool,
    /// Email of the persona.
    pub persona: Option<String>,
    /// Scopes to ask for.
    pub scopes: Vec<String>,
    /// Where the flow comes back to.
    pub redirect_uri: String,
    /// How the app says who it is.
    pub client_authentication: ClientAuthentication,
    /// How sign-in and consent happen.
    pub consent: Consent,
    /// What the persona answers when consent is automatic.
    pub allow: bool,
    /// Whether a `nonce` is sent.
    pub nonce: bool,
    /// `prompt`, if one is sent.
    pub prompt: Option<String>,
    /// The call that the scopes open.
    pub call: Option<String>,
    /// The call that they do not open.
    pub outside_call: Option<String>,
}

/// What can be chosen for a walk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct WalkChoices {
    /// Apps of this sandbox that sign people in.
    pub apps: Vec<WalkApp>,
    /// Personas by email.
    pub personas: Vec<WalkPersona>,
    /// Calls without parts to fill in, by path.
    pub calls: Vec<WalkCall>,
    /// The profile in force.
    pub profile: Profile,
    /// Hosts that were unlocked as other targets.
    pub unlocked: Vec<UnlockedTarget>,
}

/// An app that can be played.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct WalkApp {
    /// Its client id.
    pub client_id: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub app_type: AppType,
    /// Its redirect URIs.
    pub redirect_uris: Vec<String>,
    /// Scopes it may ask for.
    pub scopes: Vec<String>,
    /// How its id_tokens are signed.
    pub id_token_alg: IdTokenAlg,
}

/// A persona that can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct WalkPersona {
    /// Their email.
    pub email: String,
    /// Their name.
    pub name: String,
}

/// A call that can be made without filling anything in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct WalkCall {
    /// `GET /clinical/v1/biomarkers/me`.
    pub call: String,
    /// What it does.
    pub summary: String,
    /// The scope it needs.
    pub scope: Option<String>,
}
