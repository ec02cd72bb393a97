//! Steps as they were taken.

use connect_core::Timestamp;
use connect_core::domain::walk::Step;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::plan::{ExpectedAnswer, Prediction, RequestEdit};

/// Takes a step.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct RunStep {
    /// Which session.
    pub session: String,
    /// Which step; the one the walk stands at unless told. What came after it is set aside.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub step: Option<Step>,
    /// What goes wrong on purpose, by name.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub tamper: Option<String>,
    /// The step's main request, changed by hand.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub edit: Option<RequestEdit>,
}

/// Takes the steps that are left, until one fails or waits for a person.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct RunAll {
    /// Which session.
    pub session: String,
    /// The last step to take; the last of all unless told.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub until: Option<Step>,
}

/// A step, as the stepper shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct StepView {
    /// Which step.
    pub step: Step,
    /// As people read it.
    pub title: String,
    /// Where it stands.
    pub state: StepState,
    /// The same as people read it: `done`, `refused, as foreseen`, `left out`.
    pub word: String,
    /// The run that counts, by number.
    pub run: Option<u32>,
    /// Why it does not belong to this walk, when it does not.
    pub left_out: Option<String>,
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// It comes later.
    Later,
    /// It is the next one.
    Next,
    /// It waits for a person.
    Waiting,
    /// It went as the flow wants it.
    Done,
    /// It was refused, and was meant to be.
    RefusedAsMeant,
    /// It went wrong.
    Failed,
    /// It was passed over.
    Skipped,
    /// It does not belong to this walk.
    LeftOut,
}

/// What a walk waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Waiting {
    /// The address that a person opens.
    pub open: String,
    /// Where the callback is awaited: the listener's address; none when it is caught in a window or pasted.
    pub listening: Option<String>,
    /// Why nobody listens, and what to do: the port is taken, and by whom.
    pub problem: Option<String>,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct StepRun {
    /// Its number in the session, from 1.
    pub run: u32,
    /// Which step.
    pub step: Step,
    /// When it began, by the wall clock.
    pub at: Timestamp,
    /// Milliseconds that it took.
    pub took_ms: u64,
    /// Whether a later run took its place, or the walk went back before it.
    pub set_aside: bool,
    /// What went wrong on purpose, by name.
    pub tamper: Option<String>,
    /// Whether its main request was changed by hand.
    pub edited: bool,
    /// What was foreseen.
    pub prediction: Option<Prediction>,
    /// Whether it came so.
    pub agreement: Option<Agreement>,
    /// How it ended.
    pub outcome: RunOutcome,
    /// Computations and values to look at, in order.
    pub shown: Vec<Shown>,
    /// What the app checked itself, in order.
    pub checks: Vec<ClientCheck>,
    /// Claims of the id_token, one by one.
    pub claims: Vec<ClaimRow>,
    /// Its exchanges, by number, in order.
    pub exchanges: Vec<u32>,
    /// The exchange that the prediction is about, by number.
    pub main_exchange: Option<u32>,
    /// The other requests of the step for which something was foreseen, in order: a step agrees when all of them do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<_>", optional)]
    pub also: Vec<AlsoForeseen>,
}

/// A request beside the main one of a step: what was foreseen for it, and what came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct AlsoForeseen {
    /// The exchange, by number.
    pub exchange: u32,
    /// What it is for: `API call outside of the scopes`.
    pub label: String,
    /// What was foreseen.
    pub prediction: Prediction,
    /// Whether it came so; none when no answer came.
    pub agreement: Option<Agreement>,
}

/// Prediction and answer beside each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Agreement {
    /// Whether they are the same.
    pub agrees: bool,
    /// What was answered.
    pub answered: ExpectedAnswer,
    /// In one sentence.
    pub words: String,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct RunOutcome {
    /// Where the step stands after it.
    pub state: StepState,
    /// The same as people read it: `done`, `refused, as foreseen`, `refused, as meant`, `went wrong`, `waits for you`.
    pub word: String,
    /// Whether it was cancelled: then it is neither done nor refused, and `state` says failed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<_>", optional)]
    pub cancelled: bool,
    /// What just happened, in plain words.
    pub words: String,
    /// What to do, when it went wrong.
    pub fix: Option<String>,
}

/// A value to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Shown {
    /// What it is: `code_challenge`.
    pub name: String,
    /// Its value; a credential is a marker such as `[access_token 1a2b3c4d]`.
    pub value: String,
    /// How it came about: `BASE64URL(SHA-256(code_verifier))`.
    pub how: String,
    /// Where that is written.
    pub source: String,
}

/// A check of the app's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ClientCheck {
    /// Its name: `state_matches`.
    pub name: String,
    /// What it is for.
    pub about: String,
    /// What was wanted.
    pub expected: String,
    /// What came.
    pub received: String,
    /// Whether it passed.
    pub passed: bool,
    /// Where it is written.
    pub source: String,
}

/// A claim of the id_token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ClaimRow {
    /// Its name.
    pub name: String,
    /// Its value as JSON.
    pub value: String,
    /// What it means.
    pub meaning: String,
    /// Its value for people, when it is a time.
    pub readable: Option<String>,
    /// The scope that brought it, when one did.
    pub scope: Option<String>,
    /// Whether the check of it passed; none when it needs none.
    pub passed: Option<bool>,
    /// Where it is written.
    pub source: String,
}
