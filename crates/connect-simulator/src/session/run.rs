//! A step that was taken: what was foreseen, what came, what there was to look at.

use std::sync::Arc;

use connect_core::Timestamp;
use connect_core::domain::standing::Standing;
use connect_core::domain::walk::Step;
use serde::{Deserialize, Serialize};

use super::Facts;
use crate::plan::Draft;

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
    /// What was made of the step on purpose or by hand, where something was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub spoiled: Option<Box<Spoiled>>,
    /// What the app knew before it: the walk goes back to that. Kept once for all the runs that began there.
    #[serde(skip)]
    pub before: Arc<Facts>,
}

impl Run {
    /// Whether it went wrong on purpose, or was changed by hand: then a refusal is meant.
    #[must_use]
    pub const fn is_spoiled(&self) -> bool {
        self.tamper.is_some() || self.edited
    }

    /// How it ends when it is refused.
    #[must_use]
    pub const fn refused(&self) -> Verdict {
        if self.is_spoiled() {
            Verdict::RefusedAsMeant
        } else {
            Verdict::Failed
        }
    }
}

/// A step that went wrong on purpose or was changed by hand, with what the app knew then put in: the two depend on how
/// things stood, and can't be made again from how they stand.
#[derive(Clone, Serialize, Deserialize)]
pub struct Spoiled {
    /// As the flow would have had it.
    pub without: Draft,
    /// As it was made.
    pub made: Draft,
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
    /// It was cancelled before its end.
    Cancelled,
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
    /// What will come instead should something happen in between that can't be seen from here.
    #[serde(default)]
    pub otherwise: Option<Box<Otherwise>>,
}

/// Another answer, which only counts when what it depends on has happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Otherwise {
    /// The answer.
    pub expected: Answered,
    /// What must have happened, in one sentence.
    pub when: String,
    /// The moment for which it was foreseen, by the clock that the server judges by.
    pub at: Timestamp,
    /// Whether it has: looked up once the answer was there. Until then, and if it can't be shown, it has not.
    pub happened: bool,
}

impl Prediction {
    /// Whether an answer is the one that was foreseen: this one, or the other if what it depends on has happened.
    #[must_use]
    pub fn agrees(&self, answered: &Answered) -> bool {
        self.expected == *answered || self.came_otherwise(answered)
    }

    /// Whether an answer is the other one, and what it depends on has happened.
    #[must_use]
    pub fn came_otherwise(&self, answered: &Answered) -> bool {
        let otherwise = self.otherwise.as_ref();
        otherwise.is_some_and(|it| it.happened && it.expected == *answered)
    }
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

impl Check {
    /// One by its name, with what it is for, what was wanted and what came, and where it is written.
    #[must_use]
    pub fn new(
        name: &str,
        about: &str,
        expected: impl Into<String>,
        received: impl Into<String>,
        passed: bool,
        source: &str,
    ) -> Self {
        Self {
            name: name.to_owned(),
            about: about.to_owned(),
            expected: expected.into(),
            received: received.into(),
            passed,
            source: source.to_owned(),
        }
    }
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

impl Answered {
    /// Whether it is a refusal.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        self.error.is_some()
    }
}
