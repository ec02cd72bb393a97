//! The end: the window goes at once, where it was is written down, the sandbox finishes what it is doing, and then the
//! program ends.

use std::sync::atomic::{AtomicBool, Ordering};

use connect_app::host::signals::Stop;
use tauri::{AppHandle, Manager as _};

use crate::left;
use crate::sandbox::{Sandbox, State};
use crate::window::MAIN;

/// Whether the end was asked for.
#[derive(Default)]
pub(crate) struct Asked(AtomicBool);

/// Ends the program, cleanly; once.
pub(crate) fn ask(app: &AppHandle) {
    if app.state::<Asked>().0.swap(true, Ordering::SeqCst) {
        return;
    }
    if let Some(window) = app.get_webview_window(MAIN) {
        if let Err(error) = window.hide() {
            tracing::warn!(%error, "the window could not be hidden");
        }
        if let State::Running(running) = app.state::<Sandbox>().state() {
            left::keep(&window, running.data_dir());
        }
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        app.state::<Sandbox>().stop().await;
        app.exit(0);
    });
}

/// Ends the program when the system asks: Ctrl-C in its terminal, a log-out, a service manager.
pub(crate) async fn when_the_system_asks(app: AppHandle, mut stop: Stop) {
    stop.asked().await;
    ask(&app);
}
