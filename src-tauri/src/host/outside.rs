//! What leaves the window: addresses for the person's own programs, and the clipboard.

use connect_app::host::logs;
use connect_rpc::host::{CopyText, OpenExternal, OpenFolder};
use connect_rpc::{Done, ErrorCode, RpcError};
use tauri::{AppHandle, Manager as _};
use url::Url;

use super::{Answer, internal};
use crate::sandbox::Sandbox;

/// Schemes that are handed to another program. A `file:` address would start whatever it names.
const OPENED: [&str; 3] = ["http", "https", "mailto"];

pub(super) async fn open_external(_: &AppHandle, request: OpenExternal) -> Answer<Done> {
    let url = checked(&request.url)?;
    tauri_plugin_opener::open_url(url.as_str(), None::<&str>).map_err(|error| internal(&error))?;
    Ok(Done::DONE)
}

pub(super) async fn open_folder(app: &AppHandle, request: OpenFolder) -> Answer<Done> {
    let running = app.state::<Sandbox>().app().await?;
    let mut folder = running.data_dir().to_owned();
    if request.logs {
        folder.push(logs::DIRECTORY);
    }
    tauri_plugin_opener::open_path(folder, None::<&str>).map_err(|error| internal(&error))?;
    Ok(Done::DONE)
}

/// For a page that may not do it by itself, as one without the focus.
#[cfg(target_os = "linux")]
pub(super) async fn copy_text(app: &AppHandle, request: CopyText) -> Answer<Done> {
    let (done, copied) = tokio::sync::oneshot::channel();
    let asked = app.run_on_main_thread(move || {
        let clipboard = gtk::Clipboard::get(&gtk::gdk::SELECTION_CLIPBOARD);
        clipboard.set_text(&request.text);
        clipboard.store();
        // Nobody waits any more when the window has gone.
        let _ = done.send(());
    });
    asked.map_err(|error| internal(&error))?;
    copied.await.map_err(|error| internal(&error))?;
    Ok(Done::DONE)
}

/// The web views of these systems let the page do it, always.
#[cfg(not(target_os = "linux"))]
pub(super) async fn copy_text(_: &AppHandle, _: CopyText) -> Answer<Done> {
    Err(RpcError::new(
        ErrorCode::Unavailable,
        "the page copies by itself here",
    ))
}

fn checked(url: &str) -> Answer<Url> {
    let refused = |why: String| RpcError::new(ErrorCode::Invalid, why);
    let url = Url::parse(url).map_err(|error| refused(format!("this is no address: {error}")))?;
    if OPENED.contains(&url.scheme()) {
        Ok(url)
    } else {
        Err(refused(format!(
            "{}: addresses are not opened, only http, https and mailto",
            url.scheme()
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_and_of_mail_leave_the_window() {
        for url in [
            "https://platform.loop.health/connect/errors#invalid_scope",
            "http://127.0.0.1:9400/v1/oauth/authorize?client_id=x",
            "mailto:support@example.com",
        ] {
            assert!(checked(url).is_ok(), "{url}");
        }
        for url in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "smb://host/share",
            "ms-settings:",
            "tauri://localhost/",
            "/etc/passwd",
            "",
        ] {
            assert!(checked(url).is_err(), "{url}");
        }
    }
}
