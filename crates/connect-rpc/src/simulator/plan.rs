//! A step before it is taken: its requests, what can be changed in them, and what will be answered.

use connect_core::domain::standing::Standing;
use connect_core::domain::walk::Step;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::traffic::NamedValue;

/// Asks for a step as it would be taken, or as it was.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct PlanStep {
    /// Which session.
    pub session: String,
    /// Which step; the one the walk stands at unless told, or that of `run`.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub step: Option<Step>,
    /// What goes wrong on purpose, by name; with `run` the one that it had.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub tamper: Option<String>,
    /// The step's main request, changed by hand; not with `run`.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub edit: Option<RequestEdit>,
    /// A run by number: its step as it was then, from what was known before it. With its `tamper` that is what was sent
    /// and what was foreseen for it; without, what would have been sent, of which nothing is foreseen. Credentials stand
    /// as markers such as `[code 1a2b3c4d]`, as in the exchanges; behind the main request by name. `not_found` for one
    /// that the session has not, `invalid` for another step or tampering than its own.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub run: Option<u32>,
}

/// A request changed by hand. Credentials stand as `{{client_secret}}`, `{{code}}`, `{{access_token}}`,
/// `{{refresh_token}}`, `{{old_refresh_token}}`, `{{id_token}}` and are filled in when it is sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct RequestEdit {
    /// `GET`, `POST`…
    pub method: String,
    /// The whole URL; its host must be the target's.
    pub url: String,
    /// Headers in order; `Host` and `Content-Length` are written for you unless they are here.
    pub headers: Vec<NamedValue>,
    /// The body.
    pub body: String,
}

/// A step as it would be taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Plan {
    /// Which step.
    pub step: Step,
    /// Why the flow has this step, in plain words.
    pub purpose: String,
    /// What happens in this one, in plain words.
    pub action: String,
    /// Why the step can't be taken as things are; none when it can.
    pub blocked: Option<String>,
    /// Its requests in order; credentials stand as `{{name}}`, those of a run as markers.
    pub requests: Vec<PlannedRequest>,
    /// What will be answered to the main request, or what the app itself will find.
    pub prediction: Option<Prediction>,
    /// What goes wrong on purpose.
    pub tamper: Option<TamperInfo>,
}

/// A request that will be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct PlannedRequest {
    /// What it is for: `Token request`.
    pub label: String,
    /// Whether it is the one that can be changed and that the prediction is about.
    pub main: bool,
    /// `GET`, `POST`…
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Headers in order.
    pub headers: Vec<NamedValue>,
    /// The body.
    pub body: String,
    /// Every parameter, with what it means.
    pub parameters: Vec<Parameter>,
    /// What will be answered to it; none when that can't be told, or nothing is sent yet. The main one's is the plan's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub prediction: Option<Prediction>,
}

/// A parameter with what it means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Parameter {
    /// Where it stands.
    pub place: ParameterPlace,
    /// Its name.
    pub name: String,
    /// Its value, decoded.
    pub value: String,
    /// What it is for; empty for one that nobody knows.
    pub meaning: String,
    /// Where that is written; empty for one that nobody knows.
    pub source: String,
    /// Whether the tampering made it as it is.
    pub tampered: bool,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum ParameterPlace {
    /// Behind the `?`.
    Query,
    /// In a form body.
    Form,
    /// A header.
    Header,
}

/// What is foreseen, before anything is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Prediction {
    /// What the answer will be.
    pub expected: ExpectedAnswer,
    /// In one sentence.
    pub words: String,
    /// Why: the rule that decides it.
    pub because: String,
    /// Where the rule is written.
    pub source: String,
    /// Documented, standard or assumed.
    pub standing: Standing,
    /// What else it brings: `every token of the grant is revoked`.
    pub effects: Vec<String>,
    /// What comes instead should something happen in between that can't be seen from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub otherwise: Option<Otherwise>,
}

/// Another answer that is foreseen for the case that something happens in between.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Otherwise {
    /// What the answer is then.
    pub expected: ExpectedAnswer,
    /// What must happen, in one sentence. Whether it has is looked up once the answer is there.
    pub when: String,
}

/// An answer as it is foreseen and compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ExpectedAnswer {
    /// Where the word is said.
    pub place: AnswerPlace,
    /// The status; none when nothing is sent.
    pub status: Option<u16>,
    /// The error code, or the name of the app's own check that fails; none when it goes well.
    pub error: Option<String>,
}

/// Where a success or an error is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum AnswerPlace {
    /// In the answer's body.
    Body,
    /// In the redirect to the app.
    Redirect,
    /// On a page for people.
    Page,
    /// In the app itself, which sends nothing.
    App,
}

/// For which session.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields = nullable)]
pub struct TampersOf {
    /// The session in which it is to be tried: then what can't be tried there says why.
    pub session: Option<String>,
}

/// Everything that can go wrong on purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct TamperList {
    /// By step, in the order of the walk.
    pub tampers: Vec<TamperInfo>,
}

/// Something that goes wrong on purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct TamperInfo {
    /// Its name: `wrong_verifier`.
    pub name: String,
    /// The step it belongs to.
    pub step: Step,
    /// In a few words: `Wrong verifier`.
    pub title: String,
    /// What is changed, and how it comes about in the field.
    pub about: String,
    /// Whether it moves the sandbox clock.
    pub moves_clock: bool,
    /// Why it can't be tried in a given session; none in the list of all.
    pub unavailable: Option<String>,
}
