//! Where the console was left: the page's place at the end, in the workspace's directory.
//!
//! The page keeps its place itself, but the web view writes that down only half a second later, and not at all once it is
//! told to end. So the end asks the window where it is, and the next start opens it there. The file is used up by that:
//! after an end that nobody saw coming, what the page kept is the newer of the two.

use std::io;
use std::path::{Path, PathBuf};

use tauri::WebviewWindow;

/// In the workspace's directory.
const FILE: &str = "left-at";
/// How every place begins: `#/traffic/exch_…`.
const BEGINS: &str = "#/";

/// Writes down where a window is.
pub(crate) fn keep(window: &WebviewWindow, workspace: &Path) {
    let place = match window.url() {
        Ok(url) => url.fragment().map(|fragment| format!("#{fragment}")),
        Err(error) => {
            tracing::warn!(%error, "the window did not say where it is");
            None
        }
    };
    let Some(place) = place.filter(|place| place.starts_with(BEGINS)) else {
        return;
    };
    if let Err(error) = std::fs::write(path(workspace), place) {
        tracing::warn!(%error, "where the console was left is not kept");
    }
}

/// Takes what was written down the last time, if anything was.
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
    let is_one = place.starts_with(BEGINS) && !place.contains(char::is_control);
    is_one.then_some(place)
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
        let write = |text: &str| std::fs::write(path(workspace.path()), text).expect("written");
        write("#/traffic/exch_01?tab=why");
        assert_eq!(
            take(workspace.path()).as_deref(),
            Some("#/traffic/exch_01?tab=why")
        );
        assert_eq!(take(workspace.path()), None);
        for no_place in ["", "https://example.com/", "//example.com/", "#/a\nb"] {
            write(no_place);
            assert_eq!(take(workspace.path()), None, "{no_place}");
        }
    }
}
