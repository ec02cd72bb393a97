//! The end: the window goes at once, what its page keeps and where it was are written down, the sandbox finishes what it
//! is doing, and then the program ends.

use std::sync::atomic::{AtomicBool, Ordering};

use connect_app::host::signals::Stop;
use tauri::{AppHandle, Manager as _, WebviewWindow};
use tauri_plugin_window_state::AppHandleExt as _;

use crate::kept::{self, Kept};
use crate::left;
use crate::sandbox::{Sandbox, State};
use crate::window::{self, MAIN};

/// Whether the end was asked for.
#[derive(Default)]
pub(crate) struct Asked(AtomicBool);

/// Ends the program, cleanly; once.
pub(crate) fn ask(app: &AppHandle) {
    if app.state::<Asked>().0.swap(true, Ordering::SeqCst) {
        return;
    }
    let asked = app.get_webview_window(MAIN).map(|window| {
        // Asked before it is hidden: a page that nobody sees may take its time.
        let asked = kept::ask(&window);
        go(app, window);
        asked
    });
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Some(asked) = asked
            && let Some(kept) = asked.await
        {
            keep(&app, &kept);
        }
        app.state::<Sandbox>().stop().await;
        app.exit(0);
    });
}

/// Takes the window from sight; its size and place are written down as they were last seen.
fn go(app: &AppHandle, window: WebviewWindow) {
    let handle = app.clone();
    // On the window's own thread: what is asked of the window elsewhere waits for that thread, with a lock that it takes.
    let gone = app.run_on_main_thread(move || {
        if let Err(error) = handle.save_window_state(window::REMEMBERED) {
            tracing::warn!(%error, "the window's size and place are not written down");
        }
        if let Err(error) = window.hide() {
            tracing::warn!(%error, "the window could not be hidden");
        }
    });
    if let Err(error) = gone {
        tracing::warn!(%error, "the window could not be reached");
    }
}

/// Before the sandbox stops, since where the page was is written into its workspace.
fn keep(app: &AppHandle, kept: &Kept) {
    kept::keep(app, kept);
    if let State::Running(running) = app.state::<Sandbox>().state()
        && let Some(place) = kept.place()
    {
        left::keep(&place, running.data_dir());
    }
}

/// Ends the program when the system asks: Ctrl-C in its terminal, a log-out, a service manager.
pub(crate) async fn when_the_system_asks(app: AppHandle, mut stop: Stop) {
    stop.asked().await;
    ask(&app);
}
