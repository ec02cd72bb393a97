//! Where the console was left: the page's place at the end, in the workspace's directory.
//!
//! The next start opens it there. The file is used up by that: after an end that nobody saw coming, what the page kept is
//! the newer of the two. It is the workspace's, so whoever takes it holds the workspace's lock.

use std::io;
use std::path::{Path, PathBuf};

use crate::kept::write_owned;

/// In the workspace's directory.
const FILE: &str = "left-at";
/// How every place begins: `#/traffic/exch_…`.
const BEGINS: &str = "#/";

/// Writes down where the page is: for the person's own eyes, and without any text of theirs, which the page leaves out.
pub(crate) fn keep(place: &str, workspace: &Path) {
    if !is_one(place) {
        return;
    }
    if let Err(error) = write_owned(&path(workspace), place.as_bytes()) {
        tracing::warn!(%error, "where the console was left is not kept");
    }
}

/// Takes what was written down the last time, if anything was. For who holds the workspace's lock, and nobody else.
pub(crate) fn take(workspace: &Path) -> Option<String> {
    let path = path(workspace);
    let place = match std::fs::read_to_string(&path) {
        Ok(place) => place,
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::warn!(%error, "where the console was left can't be read");
            }
            return None;
        }
    };
    if let Err(error) = std::fs::remove_file(&path) {
        tracing::warn!(%error, "where the console was left stays written down");
    }
    is_one(&place).then_some(place)
}

fn is_one(place: &str) -> bool {
    place.starts_with(BEGINS) && !place.contains(char::is_control)
}

fn path(workspace: &Path) -> PathBuf {
    workspace.join(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_taken_once_and_nothing_else_is() {
        let workspace = tempfile::tempdir().expect("a folder");
        assert_eq!(take(workspace.path()), None);
        keep("#/traffic/exch_01?tab=why", workspace.path());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let about = std::fs::metadata(path(workspace.path())).expect("there");
            assert_eq!(about.permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(
            take(workspace.path()).as_deref(),
            Some("#/traffic/exch_01?tab=why")
        );
        assert_eq!(take(workspace.path()), None);
        for no_place in ["", "https://example.com/", "//example.com/", "#/a\nb"] {
            keep(no_place, workspace.path());
            assert!(!path(workspace.path()).exists(), "{no_place}");
            std::fs::write(path(workspace.path()), no_place).expect("written");
            assert_eq!(take(workspace.path()), None, "{no_place}");
        }
    }
}
