//! The window of a walk: the authorization server's own pages, for a person who signs in and consents.
//!
//! It shows somebody else's pages, so it is no part of the console: no commands, no scripts of ours, no storage that it
//! shares with the console or with another walk. It goes nowhere but to the server's origin. Where the server sends the
//! browser back to the app it ends, before anything goes there: so any redirect URI works, whoever would answer at it.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;
mod way;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tauri::AppHandle;
use tokio::sync::oneshot;

pub(crate) use way::Way;

use way::{Asked, Verdict};

/// Width and height of the window.
const SIZE: (u16, u16) = (560, 760);

/// What became of a window.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum News {
    /// The browser was sent back to the app, with this URL.
    CameBack(String),
    /// It was closed before.
    Closed,
}

/// An open window. Dropping it closes the window.
pub(crate) struct Walk {
    news: oneshot::Receiver<News>,
    _closer: oneshot::Sender<()>,
}

/// Opens the window.
///
/// # Errors
/// When the console's window is gone, or the system gives no further one.
pub(crate) fn open(app: &AppHandle, way: Way) -> tauri::Result<Walk> {
    let (tell, news) = oneshot::channel();
    let (closer, close) = oneshot::channel();
    let teller = Teller::new(tell);
    #[cfg(target_os = "linux")]
    linux::open(app, way, teller, close)?;
    #[cfg(not(target_os = "linux"))]
    elsewhere::open(app, way, teller, close)?;
    Ok(Walk {
        news,
        _closer: closer,
    })
}

impl Walk {
    /// What became of it.
    pub(crate) async fn ended(&mut self) -> News {
        (&mut self.news).await.unwrap_or(News::Closed)
    }
}

/// Says once what became of a window.
#[derive(Clone)]
struct Teller(Arc<Mutex<Option<oneshot::Sender<News>>>>);

impl Teller {
    fn new(tell: oneshot::Sender<News>) -> Self {
        Self(Arc::new(Mutex::new(Some(tell))))
    }

    fn tell(&self, news: News) {
        let tell = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(tell) = tell {
            // Nobody waits any more when the window was closed from here.
            let _ = tell.send(news);
        }
    }
}

/// Does what becomes of a navigation beside the window itself; whether the window may go there.
fn goes(way: &Way, teller: &Teller, url: &str, asked: Asked) -> bool {
    match way.judge(url, asked) {
        Verdict::Here => true,
        Verdict::Back => {
            teller.tell(News::CameBack(url.to_owned()));
            false
        }
        Verdict::Outside => {
            if let Err(error) = tauri_plugin_opener::open_url(url, None::<&str>) {
                tracing::warn!(%error, "a link could not be opened");
            }
            false
        }
        Verdict::Nowhere => {
            tracing::info!("the window of a walk was asked to leave its server");
            false
        }
    }
}

/// Which sessions have a window: one each.
#[derive(Default)]
pub(crate) struct Walks(Mutex<HashMap<String, oneshot::Sender<()>>>);

impl Walks {
    /// Takes the place of the session's earlier window; what it gives comes to its end when a later one does the same.
    pub(crate) fn begin(&self, session: &str) -> oneshot::Receiver<()> {
        let (sender, replaced) = oneshot::channel();
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, waiting| !waiting.is_closed());
        open.insert(session.to_owned(), sender);
        replaced
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_session_has_one_window() {
        let walks = Walks::default();
        let first = walks.begin("walk_1");
        let mut other = walks.begin("walk_2");
        let mut second = walks.begin("walk_1");
        assert!(first.await.is_err(), "it gives way");
        for stays in [&mut other, &mut second] {
            let state = stays.try_recv();
            assert_eq!(state, Err(oneshot::error::TryRecvError::Empty));
        }
        drop(second);
        walks.begin("walk_3");
        let open = walks.0.lock().expect("nobody panicked");
        assert!(!open.contains_key("walk_1"), "it was closed");
    }
}
