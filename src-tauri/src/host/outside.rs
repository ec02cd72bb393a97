//! What leaves the window: addresses for the person's own programs, and the clipboard.

use connect_rpc::host::{CopyText, OpenExternal};
use connect_rpc::{Done, ErrorCode, Nothing, RpcError};
use tauri::{AppHandle, Manager as _};
use tauri_plugin_clipboard_manager::ClipboardExt as _;
use url::Url;

use super::{Answer, internal};
use crate::sandbox::Sandbox;

/// Schemes that are handed to another program. A `file:` address would start whatever it names.
const OPENED: [&str; 3] = ["http", "https", "mailto"];

#[expect(clippy::unused_async, reason = "handlers are all called alike")]
pub(super) async fn open_external(_: &AppHandle, request: OpenExternal) -> Answer<Done> {
    let url = checked(&request.url)?;
    tauri_plugin_opener::open_url(url.as_str(), None::<&str>).map_err(|error| internal(&error))?;
    Ok(Done::DONE)
}

pub(super) async fn open_folder(app: &AppHandle, _: Nothing) -> Answer<Done> {
    let running = app.state::<Sandbox>().app().await?;
    tauri_plugin_opener::open_path(running.data_dir(), None::<&str>)
        .map_err(|error| internal(&error))?;
    Ok(Done::DONE)
}

#[expect(clippy::unused_async, reason = "handlers are all called alike")]
pub(super) async fn copy_text(app: &AppHandle, request: CopyText) -> Answer<Done> {
    let clipboard = app.clipboard();
    let copied = if request.secret {
        clipboard.write_secret(request.text)
    } else {
        clipboard.write_text(request.text)
    };
    copied.map_err(|error| internal(&error))?;
    Ok(Done::DONE)
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
