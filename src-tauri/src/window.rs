//! The console's window: our own page and nothing else in it.

use tauri::webview::{NewWindowResponse, PageLoadEvent};
use tauri::{App, Manager as _, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};
use tauri_plugin_window_state::StateFlags;

use crate::kept::{self, Kept};

/// The window's label: capabilities name it.
pub(crate) const MAIN: &str = "main";
/// What its title bar says.
pub(crate) const TITLE: &str = "Connect Console";

/// What is remembered of the window's shape.
pub(crate) const REMEMBERED: StateFlags = StateFlags::SIZE
    .union(StateFlags::POSITION)
    .union(StateFlags::MAXIMIZED);

/// Opens the window, and gives its page back what it kept; it is shown once its page is there, so that nobody sees an
/// empty one.
///
/// # Errors
/// When the system has no web view, or no display.
pub(crate) fn open(app: &App, kept: Option<Kept>) -> tauri::Result<WebviewWindow> {
    let mut window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default());
    if let Some(kept) = kept {
        window = window.initialization_script(kept.script());
    }
    let window = window
        .title(TITLE)
        .inner_size(1320.0, 860.0)
        .min_inner_size(720.0, 480.0)
        .center()
        .visible(false)
        .disable_drag_drop_handler()
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_page_load(|window, page| {
            if page.event() == PageLoadEvent::Finished {
                show(&window);
                kept::used_up(window.app_handle());
            }
        })
        .build()?;
    #[cfg(target_os = "linux")]
    crate::drawing::suit_the_machine(&window)?;
    Ok(window)
}

/// Brings the window to the front.
pub(crate) fn show(window: &WebviewWindow) {
    let shown = window
        .show()
        .and_then(|()| window.unminimize())
        .and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window could not be shown");
    }
}

/// Whether an address is of our own page: the window goes nowhere else, whatever a link in it says.
fn is_ours(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    match url.scheme() {
        "tauri" => host == "localhost",
        // Windows has no schemes of a program's own.
        "http" | "https" => cfg!(windows) && host == "tauri.localhost",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_goes_nowhere_but_to_its_own_page() {
        let is_ours = |url: &str| is_ours(&Url::parse(url).expect("an address"));
        assert!(is_ours("tauri://localhost/"));
        for url in [
            "tauri://elsewhere/",
            "https://example.com/",
            "http://127.0.0.1:9400/v1/oauth/authorize",
            "file:///etc/passwd",
            "data:text/html,x",
            "about:blank",
        ] {
            assert!(!is_ours(url), "{url}");
        }
        assert_eq!(is_ours("http://tauri.localhost/"), cfg!(windows));
    }
}
