//! A session: what a walk is about, what was done in it, and what the app learned by it.
//!
//! It is stored whole, sealed. The bytes of its exchanges are stored apart ([`Bytes`]), so that taking a step does not
//! write all of them again.

use connect_core::Timestamp;
use connect_core::domain::app::AppType;
use connect_core::domain::standing::Standing;
use connect_core::domain::walk::{ClientAuthentication, Consent, Party, Step};
use serde::{Deserialize, Serialize};

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
    /// Everything that was run, oldest first.
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
    pub metadata: Option<serde_json::Value>,
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

/// A credential that the session has seen.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// The credential.
    pub value: String,
    /// What it is.
    pub kind: CredentialKind,
    /// The client it was issued to.
    pub client_id: String,
    /// How it stands.
    pub state: CredentialState,
    /// The redirect URI of a code's request.
    pub redirect_uri: Option<String>,
    /// The challenge of a code's request.
    pub challenge: Option<String>,
    /// Its scopes.
    pub scopes: Vec<String>,
    /// When it ends, on the clock that the server judges by.
    pub expires_at: Option<Timestamp>,
    /// Which walk through the consent pages it comes from: what is revoked together has the same number.
    pub family: u32,
}

/// What a credential is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CredentialKind {
    /// An authorization code.
    Code,
    /// An access token.
    AccessToken,
    /// A refresh token.
    RefreshToken,
}

/// How a credential stands, as far as the app can tell from what was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CredentialState {
    /// It works until it expires.
    Active,
    /// A code that was exchanged.
    Used,
    /// A refresh token that gave its place to another by being used.
    Rotated,
    /// A refresh token that a new run of the flow took the place of.
    Replaced,
    /// It was revoked.
    Revoked,
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

/// A step that was taken.
#[derive(Clone, Serialize, Deserialize)]
pub struct Run {
    /// Its number, from 1.
    pub number: u32,
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
    /// What came.
    pub answered: Option<Answered>,
    /// How it ended.
    pub outcome: Outcome,
    /// Values to look at.
    pub shown: Vec<Shown>,
    /// The app's own checks.
    pub checks: Vec<Check>,
    /// Claims of the id_token.
    pub claims: Vec<Claim>,
    /// The exchange that the prediction is about.
    pub main_exchange: Option<u32>,
    /// What the app knew before it: the walk goes back to that.
    pub before: Facts,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// In one word.
    pub verdict: Verdict,
    /// What happened, in plain words.
    pub words: String,
    /// What to do, when it went wrong.
    pub fix: Option<String>,
}

/// How a step ended, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// As the flow wants it.
    Done,
    /// It waits for a person.
    Waiting,
    /// It was refused, and was meant to be.
    RefusedAsMeant,
    /// It went wrong.
    Failed,
}

/// What is foreseen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prediction {
    /// The answer.
    pub expected: Answered,
    /// In one sentence.
    pub words: String,
    /// The rule that decides it.
    pub because: String,
    /// Where the rule is written.
    pub source: String,
    /// Documented, standard or assumed.
    pub standing: Standing,
    /// What else it brings.
    pub effects: Vec<String>,
}

/// An answer, as it is foreseen and compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Where it is said.
    pub place: Place,
    /// The status; none for a redirect to the app and for what the app finds by itself.
    pub status: Option<u16>,
    /// The error code, or the app's own check that failed; none when it went well.
    pub error: Option<String>,
}

/// Where a success or an error is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// In the answer's body.
    Body,
    /// In the redirect to the app.
    Redirect,
    /// On a page for people.
    Page,
    /// In the app itself.
    App,
}

/// A value to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// What it is.
    pub name: String,
    /// Its value. A credential is masked when it is shown, not here.
    pub value: String,
    /// How it came about.
    pub how: String,
    /// Where that is written.
    pub source: String,
}

/// A check of the app's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Its name.
    pub name: String,
    /// Its value as JSON.
    pub value: String,
    /// What it means.
    pub meaning: String,
    /// Its value for people.
    pub readable: Option<String>,
    /// The scope that brought it.
    pub scope: Option<String>,
    /// Whether its check passed; none when it needs none.
    pub passed: Option<bool>,
    /// Where it is written.
    pub source: String,
}

/// An exchange as the app's side saw it; its bytes are in [`Bytes`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// Its number in the session, from 1.
    pub number: u32,
    /// The run it belongs to.
    pub run: u32,
    /// What it is for.
    pub label: String,
    /// Who asked.
    pub from: Party,
    /// Who was asked.
    pub to: Party,
    /// When it began, by the wall clock.
    pub at: Timestamp,
    /// Method.
    pub method: String,
    /// The URL, credentials among it: it is masked when it is shown.
    pub url: String,
    /// Status of the answer.
    pub status: Option<u16>,
    /// The error code in the answer.
    pub error: Option<String>,
    /// Why there was no answer.
    pub failed: Option<String>,
    /// What to do about that.
    #[serde(default)]
    pub fix: Option<String>,
    /// Microseconds to each part.
    pub timing: Timing,
    /// Whether the walk needed it only to get on.
    pub hidden: bool,
    /// The exchange as the sandbox of this process saw it.
    pub server: Option<String>,
    /// Whether the bytes are those inside of TLS.
    pub tls: bool,
    /// What was foreseen for it.
    pub prediction: Option<Prediction>,
    /// What came.
    pub answered: Option<Answered>,
}

/// Microseconds since the exchange began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// The connection stood.
    pub connected_us: u64,
    /// The request was out.
    pub sent_us: u64,
    /// The answer's first byte was there.
    pub first_byte_us: u64,
    /// Its last.
    pub done_us: u64,
}

/// The bytes of an exchange, as they were.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Bytes {
    /// Sent.
    pub request: Vec<u8>,
    /// Received; empty when nothing came.
    pub response: Vec<u8>,
}

impl Session {
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
        .is_some_and(|(foreseen, answered)| foreseen.expected != *answered)
}

impl Answered {
    /// Whether it is a refusal.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        self.error.is_some()
    }
}
