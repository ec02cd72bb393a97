//! The window itself.

use connect_rpc::host::{SetShortcuts, SetTitle};
use connect_rpc::{Done, ErrorCode, Nothing, RpcError};
use tauri::{AppHandle, Manager as _, WebviewWindow};

use super::{Answer, internal};
use crate::menu::Menus;
use crate::quit;
use crate::window::{MAIN, TITLE};

/// Longest title, in characters.
const LONGEST_TITLE: usize = 120;

fn window(app: &AppHandle) -> Answer<WebviewWindow> {
    app.get_webview_window(MAIN)
        .ok_or_else(|| RpcError::new(ErrorCode::Unavailable, "the window is gone"))
}

pub(super) async fn set_title(app: &AppHandle, request: SetTitle) -> Answer<Done> {
    let said: String = request
        .title
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST_TITLE)
        .collect();
    let title = match said.trim() {
        "" => TITLE.to_owned(),
        said => format!("{said} – {TITLE}"),
    };
    let set = window(app)?.set_title(&title);
    set.map_err(|error| internal(&error))?;
    Ok(Done::DONE)
}

pub(super) async fn toggle_fullscreen(app: &AppHandle, _: Nothing) -> Answer<Done> {
    let window = window(app)?;
    let toggled = window
        .is_fullscreen()
        .and_then(|full| window.set_fullscreen(!full));
    toggled.map_err(|error| internal(&error))?;
    Ok(Done::DONE)
}

pub(super) async fn close(app: &AppHandle, _: Nothing) -> Answer<Done> {
    quit::ask(app);
    Ok(Done::DONE)
}

pub(super) async fn set_shortcuts(app: &AppHandle, request: SetShortcuts) -> Answer<Done> {
    let set = app.state::<Menus>().set_shortcuts(&request.shortcuts);
    set.map_err(|error| internal(&error))?;
    Ok(Done::DONE)
}
