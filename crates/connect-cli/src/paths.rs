//! Which workspace is meant: the one that was named, or the default one.

use std::path::PathBuf;

use connect_app::host::paths;

use crate::failure::Failure;

/// Where a workspace is kept unless told.
pub(crate) fn default_data_dir() -> Result<PathBuf, Failure> {
    paths::default_data_dir()
        .map_err(|none| Failure::Arguments(format!("{none}; give one with --data-dir")))
}

/// `given` as an absolute path, or the default.
pub(crate) fn data_dir(given: Option<PathBuf>) -> Result<PathBuf, Failure> {
    match given {
        Some(path) => std::path::absolute(&path)
            .map_err(|error| Failure::Arguments(format!("--data-dir {}: {error}", path.display()))),
        None => default_data_dir(),
    }
}
