//! Where a workspace is kept unless told: the one place that knows the platform's conventions.

use std::path::PathBuf;

use etcetera::BaseStrategy as _;

use crate::failure::Failure;

/// `connect-console/default` where this platform keeps a user's data: `$XDG_DATA_HOME` or `~/.local/share`,
/// `~/Library/Application Support`, `%LOCALAPPDATA%`.
pub(crate) fn default_data_dir() -> Result<PathBuf, Failure> {
    let places = etcetera::base_strategy::choose_native_strategy().map_err(|_| {
        Failure::Arguments(
            "there is no home directory to keep a workspace in; give one with --data-dir"
                .to_owned(),
        )
    })?;
    // A roaming profile is no place for databases.
    let base = if cfg!(windows) {
        places.cache_dir()
    } else {
        places.data_dir()
    };
    Ok(base.join("connect-console").join("default"))
}

/// `given` as an absolute path, or the default.
pub(crate) fn data_dir(given: Option<PathBuf>) -> Result<PathBuf, Failure> {
    match given {
        Some(path) => std::path::absolute(&path)
            .map_err(|error| Failure::Arguments(format!("--data-dir {}: {error}", path.display()))),
        None => default_data_dir(),
    }
}
