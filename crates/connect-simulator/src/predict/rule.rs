//! How a prediction is put into words, and what it changes in what the app may think of its credentials.

use connect_core::domain::standing::Clause;

use crate::known::Caller;
use crate::session::{Answered, Cause, Place, Prediction};

/// What is foreseen, and what it will have changed.
pub(super) struct Foreseen {
    pub(super) prediction: Prediction,
    pub(super) changes: Vec<Change>,
    /// Whose requests of this minute are used up, when that is what it is refused for.
    pub(super) over: Option<Caller>,
}

/// A change in how credentials stand, once the answer has come as it was foreseen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// The code was exchanged.
    Used(String),
    /// The refresh token gave its place to another.
    Rotated(String),
    /// The refresh token was put aside by another one of the same person and app.
    Replaced(String),
    /// Whatever refresh token of this client works was put aside by a new run of the flow.
    NewestReplaced(String),
    /// The one credential was ended.
    Revoked(String, Cause),
    /// Everything that works and comes from this walk through the consent pages was ended.
    FamilyRevoked(u32, Cause),
    /// Everything of this client that works was ended.
    GrantRevoked(String, Cause),
}

/// A check: what goes on, or how the request ends.
pub(super) type Checked<T = ()> = Result<T, Box<Foreseen>>;

impl Foreseen {
    fn new(expected: Answered, words: String, clause: Clause, because: String) -> Self {
        Self {
            prediction: Prediction {
                expected,
                words,
                because,
                source: clause.source.to_owned(),
                standing: clause.standing,
                effects: Vec::new(),
                otherwise: None,
            },
            changes: Vec::new(),
            over: None,
        }
    }

    /// With something else that it brings.
    pub(super) fn effect(mut self, effect: impl Into<String>) -> Self {
        self.prediction.effects.push(effect.into());
        self
    }

    /// With a change of credentials.
    pub(super) fn change(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }

    /// As the end of a check.
    pub(super) fn stop<T>(self) -> Checked<T> {
        Err(Box::new(self))
    }
}

fn in_body(status: u16, error: Option<&str>) -> Answered {
    Answered {
        place: Place::Body,
        status: Some(status),
        error: error.map(str::to_owned),
    }
}

/// An error in the answer's body.
pub(super) fn refused(
    status: u16,
    error: &str,
    clause: Clause,
    because: impl Into<String>,
) -> Foreseen {
    Foreseen::new(
        in_body(status, Some(error)),
        format!("The answer is {status} with the error `{error}`."),
        clause,
        because.into(),
    )
}

/// An error that the browser carries back to the app.
pub(super) fn sent_back(error: &str, clause: Clause, because: impl Into<String>) -> Foreseen {
    Foreseen::new(
        Answered {
            place: Place::Redirect,
            status: None,
            error: Some(error.to_owned()),
        },
        format!("The browser is sent back to the app with the error `{error}`."),
        clause,
        because.into(),
    )
}

/// An error that only the person gets to see.
pub(super) fn on_page(
    status: u16,
    error: &str,
    clause: Clause,
    because: impl Into<String>,
) -> Foreseen {
    Foreseen::new(
        Answered {
            place: Place::Page,
            status: Some(status),
            error: Some(error.to_owned()),
        },
        format!(
            "The person sees a page with status {status} and the error `{error}`; the app is not told."
        ),
        clause,
        because.into(),
    )
}

/// A page of the sandbox's own, which names no error.
pub(super) fn only_a_page(status: u16, clause: Clause, because: impl Into<String>) -> Foreseen {
    Foreseen::new(
        Answered {
            place: Place::Page,
            status: Some(status),
            error: None,
        },
        format!("The person sees a page with status {status}; the app is not told."),
        clause,
        because.into(),
    )
}

/// A good answer.
pub(super) fn answered(
    status: u16,
    words: impl Into<String>,
    clause: Clause,
    because: impl Into<String>,
) -> Foreseen {
    Foreseen::new(in_body(status, None), words.into(), clause, because.into())
}

/// The browser is sent back to the app with a code.
pub(super) fn sent_back_with_code(clause: Clause, because: impl Into<String>) -> Foreseen {
    Foreseen::new(
        Answered {
            place: Place::Redirect,
            status: None,
            error: None,
        },
        "The browser is sent back to the app with a code.".to_owned(),
        clause,
        because.into(),
    )
}
