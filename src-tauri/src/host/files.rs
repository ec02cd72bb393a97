//! Files of the person's choice. Dialogs are asked without blocking: the window goes on drawing behind them.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connect_rpc::host::{PickFile, PickedFile, SaveFile};
use connect_rpc::{ErrorCode, RpcError};
use tauri::{AppHandle, Manager as _};
use tauri_plugin_dialog::{DialogExt as _, FileDialogBuilder, FilePath};
use tokio::sync::oneshot;

use super::{Answer, internal};
use crate::window::MAIN;

/// Largest file that is read into the page, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;
/// Longest name that is proposed, in characters.
const LONGEST_NAME: usize = 120;

pub(super) async fn save_file(app: &AppHandle, request: SaveFile) -> Answer<Option<String>> {
    let content = STANDARD
        .decode(&request.base64)
        .map_err(|error| RpcError::new(ErrorCode::BadRequest, format!("base64: {error}")))?;
    let name = proposed(&request.name);
    let (answer, answered) = oneshot::channel();
    dialog(app).set_file_name(name).save_file(|chosen| {
        // Nobody waits any more when the window has gone.
        let _ = answer.send(chosen);
    });
    let Some(path) = path(answered.await.unwrap_or(None))? else {
        return Ok(None);
    };
    tokio::fs::write(&path, content).await.map_err(|error| {
        RpcError::new(
            ErrorCode::Conflict,
            format!("{} can't be written: {error}", path.display()),
        )
    })?;
    Ok(Some(path.display().to_string()))
}

pub(super) async fn pick_file(app: &AppHandle, request: PickFile) -> Answer<Option<PickedFile>> {
    let mut dialog = dialog(app);
    let endings: Vec<&str> = request
        .accept
        .split(',')
        .filter_map(|part| part.trim().strip_prefix('.'))
        .collect();
    if !endings.is_empty() {
        dialog = dialog.add_filter(request.accept.replace(',', ", "), &endings);
    }
    let (answer, answered) = oneshot::channel();
    dialog.pick_file(|chosen| {
        // Nobody waits any more when the window has gone.
        let _ = answer.send(chosen);
    });
    match path(answered.await.unwrap_or(None))? {
        Some(path) => read(&path).await.map(Some),
        None => Ok(None),
    }
}

fn dialog(app: &AppHandle) -> FileDialogBuilder<tauri::Wry> {
    let dialog = app.dialog().file();
    match app.get_webview_window(MAIN) {
        Some(window) => dialog.set_parent(&window),
        None => dialog,
    }
}

fn path(chosen: Option<FilePath>) -> Answer<Option<PathBuf>> {
    chosen
        .map(FilePath::into_path)
        .transpose()
        .map_err(|error| internal(&error))
}

async fn read(path: &Path) -> Answer<PickedFile> {
    let unreadable = |error: std::io::Error| {
        RpcError::new(
            ErrorCode::Conflict,
            format!("{} can't be read: {error}", path.display()),
        )
    };
    let length = tokio::fs::metadata(path).await.map_err(unreadable)?.len();
    if length > LARGEST {
        return Err(RpcError::new(
            ErrorCode::Invalid,
            format!("{} is larger than 64 MiB", path.display()),
        ));
    }
    let content = tokio::fs::read(path).await.map_err(unreadable)?;
    let name = path.file_name().unwrap_or_default();
    Ok(PickedFile {
        name: name.to_string_lossy().into_owned(),
        base64: STANDARD.encode(content),
    })
}

/// A name for a file, and for nothing else: what a page says leads into no directory.
fn proposed(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
            c if c.is_control() => '-',
            c => c,
        })
        .take(LONGEST_NAME)
        .collect();
    match plain.trim_start_matches('.').trim() {
        "" => "untitled".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposed_name_leads_into_no_directory() {
        for (said, proposed_name) in [
            ("trace.har", "trace.har"),
            ("../../.bashrc", "-..-.bashrc"),
            ("C:\\x\n.har", "C--x-.har"),
            ("..", "untitled"),
            ("", "untitled"),
        ] {
            assert_eq!(proposed(said), proposed_name, "{said:?}");
        }
        assert_eq!(proposed(&"x".repeat(500)).len(), LONGEST_NAME);
    }

    #[tokio::test]
    async fn a_file_is_read_whole_with_its_name() {
        let directory = tempfile::tempdir().expect("a folder");
        let path = directory.path().join("connect.toml");
        std::fs::write(&path, b"\x00\xff").expect("written");
        let picked = read(&path).await.expect("read");
        assert_eq!(
            (picked.name.as_str(), picked.base64.as_str()),
            ("connect.toml", "AP8=")
        );
        assert!(read(&directory.path().join("none")).await.is_err());
    }
}
