//! What is wrong with a `connect.toml`, with line, column and what to do.

use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};

use connect_identity::registration::RegistrationError;
use connect_rpc::RpcError;
use connect_store::StoreError;
use connect_store::sealing::{KeyError, SealError};

use super::position::Position;

/// Why a `connect.toml` could not be read, applied or written.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// The file can't be read.
    #[error("{} can't be read: {source}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not what it has to be.
    #[error("{}", listed(path, problems))]
    Wrong {
        /// Which file.
        path: PathBuf,
        /// Everything that was found, in the order of the file.
        problems: Vec<Problem>,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sealing key can't be had, so secrets can be neither kept nor shown.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A secret can't be opened.
    #[error(
        "the {what} of {app} can't be shown: {source}; export without secrets, or make new ones with keys_remake"
    )]
    Lost {
        /// `client secret` or `webhook signing secret`.
        what: &'static str,
        /// Name of the app.
        app: String,
        /// Why.
        source: SealError,
    },
    /// An app could not be registered for a reason that is not in the file.
    #[error("{app} could not be registered")]
    App {
        /// Name of the app.
        app: String,
        /// Why.
        #[source]
        source: Box<RegistrationError>,
    },
    /// The settings could not be stored.
    #[error("the settings could not be stored")]
    Settings(#[source] RpcError),
    /// The world can't be written as TOML.
    #[error("the world can't be written as TOML")]
    NotWritten(#[from] toml::ser::Error),
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub position: Position,
    /// What: `apps[1].redirect_uris[0]`; empty where the text is not TOML.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.position.line, self.position.column)?;
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.message)
    }
}

/// `path:line:column: what`, a line each: what editors and terminals jump to.
fn listed(path: &Path, problems: &[Problem]) -> String {
    let mut text = String::new();
    for problem in problems {
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = write!(text, "{}:{problem}", path.display());
    }
    text
}
