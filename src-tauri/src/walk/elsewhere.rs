//! The window where the system's web view is not WebKitGTK: one of Tauri's, which no capability names, so that each
//! call from it is refused.

use std::sync::atomic::{AtomicU64, Ordering};

use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, WebviewUrl, WebviewWindowBuilder, WindowEvent};
use tokio::sync::oneshot;

use super::{Asked, News, SIZE, Teller, Way, goes};

/// Windows need labels of their own.
static OPENED: AtomicU64 = AtomicU64::new(0);

pub(super) fn open(
    app: &AppHandle,
    way: Way,
    teller: Teller,
    close: oneshot::Receiver<()>,
) -> tauri::Result<()> {
    let label = format!("walk-{}", OPENED.fetch_add(1, Ordering::Relaxed));
    let start = WebviewUrl::External(way.start().clone());
    let (title, listening) = (way.title(), teller.clone());
    let (way_of_new, listening_to_new) = (way.clone(), teller.clone());
    let window = WebviewWindowBuilder::new(app, label, start)
        .title(title)
        .inner_size(SIZE.0.into(), SIZE.1.into())
        .incognito(true)
        .disable_drag_drop_handler()
        .on_navigation(move |url| goes(&way, &listening, url.as_str(), asked(false)))
        .on_new_window(move |url, _| {
            goes(&way_of_new, &listening_to_new, url.as_str(), asked(true));
            NewWindowResponse::Deny
        })
        .build()?;
    window.on_window_event(move |event| {
        if matches!(event, WindowEvent::Destroyed) {
            teller.tell(News::Closed);
        }
    });
    tauri::async_runtime::spawn(async move {
        // Whether it was said or dropped: nobody wants the window any more.
        let _ = close.await;
        if let Err(error) = window.destroy() {
            tracing::debug!(%error, "the window of a walk had gone already");
        }
    });
    Ok(())
}

/// These views do not say who asks; a link is the usual reason.
const fn asked(further: bool) -> Asked {
    Asked {
        by_hand: true,
        further,
    }
}
