//! Why a step is not taken.

use connect_core::domain::walk::Step;

use crate::plan::Blocked;
use crate::session::Session;

/// Why a step was not taken. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// Something is missing for it.
    #[error(transparent)]
    Blocked(#[from] Blocked),
    /// Nothing goes wrong by that name.
    #[error("nothing goes wrong by the name `{name}`{hint}; see simulator_tampers")]
    UnknownTamper {
        /// What was asked for.
        name: String,
        /// What may have been meant.
        hint: String,
    },
    /// It belongs to another step.
    #[error("`{name}` belongs to the step \"{}\"", .step.title())]
    TamperElsewhere {
        /// What was asked for.
        name: &'static str,
        /// Where it belongs.
        step: Step,
    },
    /// It can't be tried in this session.
    #[error("`{name}` can't be tried here: {why}")]
    TamperUnavailable {
        /// What was asked for.
        name: &'static str,
        /// Why not.
        why: String,
    },
    /// Another run went wrong so, or none.
    #[error("run {run} did not go wrong by `{name}`: leave `tamper` out, or give the run's own")]
    TamperOfAnotherRun {
        /// Which run.
        run: u32,
        /// What was asked for.
        name: String,
    },
    /// The step sends nothing that could be changed.
    #[error("the step \"{}\" has no request that could be changed", .0.title())]
    NothingToEdit(Step),
    /// The walk is over.
    #[error("the walk is finished: go back to a step, or start again")]
    Finished,
    /// It is past the step that it was to stop at.
    #[error("the walk stands at \"{}\", past \"{}\": go back first", .at.title(), .until.title())]
    Past {
        /// Where it stands.
        at: Step,
        /// Where it was to stop.
        until: Step,
    },
    /// It holds as many runs as a session may.
    #[error(
        "this session has {} runs, and more do not go into one: nothing of it is dropped; duplicate it with simulator_duplicate and go on there",
        Session::MOST_RUNS
    )]
    Full,
    /// It was cancelled while it waited for its turn.
    #[error("it was cancelled before it began")]
    Cancelled,
    /// What is known of the target could not be read, or its clock not be moved.
    #[error("{0}")]
    Surroundings(String),
    /// No callback is awaited.
    #[error("this walk does not wait for a callback: take the step \"Sign-in and consent\" first")]
    NotWaiting,
    /// The callback is not one of this walk's redirect URI.
    #[error("{0}")]
    NotTheCallback(String),
}
