//! Why there is no answer to a request, and what to do about it.

use std::time::Duration;

use super::tls::TlsProblem;

/// What to do when a code or token was presented and no answer came.
pub(crate) const MAY_BE_SPENT: &str = "The server may have carried it out all the same: the code or token may be spent. Take the step again; if it is refused then, begin again at the authorization URL.";

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The URL is none.
    #[error("the address is not a URL: {0}")]
    Url(url::ParseError),
    /// It leads somewhere else.
    #[error(
        "the request goes to {asked}, but this walk may talk to {target} alone: start a session with that target to talk to it"
    )]
    OtherHost {
        /// Where it leads.
        asked: String,
        /// Where the walk goes.
        target: String,
    },
    /// A method, header or target that HTTP can't carry.
    #[error("HTTP can't carry this request: {0}")]
    Malformed(String),
    /// Nobody answers there.
    #[error("{host} can't be reached: {source}")]
    Connect {
        /// Host and port.
        host: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// TLS did not come about.
    #[error(transparent)]
    Tls(#[from] TlsProblem),
    /// The connection broke, or what came is not HTTP.
    #[error("the answer did not come: {0}")]
    Http(String),
    /// It took too long.
    #[error("no whole answer came within {} seconds", .0.as_secs_f32().ceil())]
    TimedOut(Duration),
    /// It was not waited for any longer.
    #[error("the step was cancelled before the answer was there")]
    Cancelled,
}

impl SendError {
    /// What to do about it.
    #[must_use]
    pub const fn fix(&self) -> &'static str {
        match self {
            Self::Url(_) | Self::Malformed(_) => {
                "Nothing was sent. Mend the request, then take the step again."
            }
            Self::OtherHost { .. } => {
                "Nothing was sent. Give the request an address of the walk's own target, or begin a walk with the other one."
            }
            Self::Connect { .. } | Self::Http(_) | Self::TimedOut(_) => {
                "Check that the server runs and that its address is right, then take the step again."
            }
            Self::Cancelled => "Take the step again when you like.",
            Self::Tls(problem) => problem.fix(),
        }
    }
}
