//! Where workspaces are kept unless told: the one place that knows the platform's conventions.

use std::path::PathBuf;

use etcetera::BaseStrategy as _;

/// The workspace that is opened unless told.
pub const DEFAULT_WORKSPACE: &str = "default";

/// There is nowhere to keep anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no home directory to keep a workspace in")]
pub struct NoHome;

/// `connect-console` where this platform keeps a user's data: `$XDG_DATA_HOME` or `~/.local/share`,
/// `~/Library/Application Support`, `%LOCALAPPDATA%`. Each workspace is a directory in it.
///
/// # Errors
/// [`NoHome`].
pub fn workspaces() -> Result<PathBuf, NoHome> {
    let places = etcetera::base_strategy::choose_native_strategy().map_err(|_| NoHome)?;
    // A roaming profile is no place for databases.
    let base = if cfg!(windows) {
        places.cache_dir()
    } else {
        places.data_dir()
    };
    Ok(base.join("connect-console"))
}

/// The directory of the workspace that is opened unless told.
///
/// # Errors
/// [`NoHome`].
pub fn default_data_dir() -> Result<PathBuf, NoHome> {
    Ok(workspaces()?.join(DEFAULT_WORKSPACE))
}
