//! What the page keeps for the person: theme, zoom, shortcuts, saved filters, the place it is at.
//!
//! The web view writes that down only half a second later, and not at all once it is told to end. So the end asks the page
//! for all of it, and the next start gives it back before the page looks. The file is used up once the page is there: after
//! an end that nobody saw coming, what the web view wrote is the newer of the two.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Manager as _, WebviewWindow};
use tokio::sync::oneshot;

/// Beside what the web view itself writes.
const FILE: &str = "page-kept.json";
/// How the page's names for it begin: `ui/src/shared/state/prefs.svelte.ts`.
const PREFIX: &str = "connect.pref.";
/// The page's name for the place it is at; it keeps none that holds a person's own text.
const PLACE: &str = "connect.pref.place";
/// How long a page may take to say it. One that hangs says nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// By name, each value as the page wrote it: JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Kept(BTreeMap<String, String>);

impl Kept {
    /// Where the page is: `#/traffic/exch_…`.
    pub(crate) fn place(&self) -> Option<String> {
        serde_json::from_str(self.0.get(PLACE)?).ok()
    }

    /// What a page runs before its own scripts, once in the life of its window: a page that is loaded again has newer
    /// things of its own.
    pub(crate) fn script(&self) -> String {
        let kept = serde_json::json!(self.0);
        format!(
            "(() => {{ try {{
               if (sessionStorage.getItem('connect.given-back')) return;
               sessionStorage.setItem('connect.given-back', 'once');
               const kept = {kept};
               for (const name of Object.keys(localStorage))
                 if (name.startsWith({PREFIX:?}) && !(name in kept)) localStorage.removeItem(name);
               for (const [name, value] of Object.entries(kept)) localStorage.setItem(name, value);
             }} catch {{ /* A page without storage keeps nothing. */ }} }})();"
        )
    }

    /// Writes it down for the next start, for the person's own eyes.
    ///
    /// # Errors
    /// When the file can't be written.
    fn write(&self, directory: &Path) -> io::Result<()> {
        let text = serde_json::to_vec(self)?;
        write_owned(&directory.join(FILE), &text)
    }

    /// Reads what was written down.
    fn read(directory: &Path) -> io::Result<Self> {
        let text = std::fs::read(directory.join(FILE))?;
        let Self(mut kept) = serde_json::from_slice(&text)?;
        kept.retain(|name, _| name.starts_with(PREFIX));
        Ok(Self(kept))
    }
}

/// Asks the page, at once; what it says comes when it comes.
pub(crate) fn ask(window: &WebviewWindow) -> impl Future<Output = Option<Kept>> + use<> {
    let script = format!(
        "Object.fromEntries(Object.entries(localStorage).filter(([name]) => name.startsWith({PREFIX:?})))"
    );
    let (answer, answered) = oneshot::channel();
    let answer = Mutex::new(Some(answer));
    let asked = window.eval_with_callback(script, move |said| {
        let answer = answer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(answer) = answer {
            // Nobody waits for a page that took too long.
            let _ = answer.send(said);
        }
    });
    if let Err(error) = asked {
        // The question went with its answer, which is then not waited for.
        tracing::warn!(%error, "the page could not be asked what it keeps");
    }
    async move {
        let Ok(Ok(said)) = tokio::time::timeout(PATIENCE, answered).await else {
            tracing::warn!("the page did not say what it keeps");
            return None;
        };
        serde_json::from_str(&said)
            .inspect_err(|error| tracing::warn!(%error, "what the page keeps is not understood"))
            .ok()
    }
}

/// Keeps it for the next start.
pub(crate) fn keep(app: &AppHandle, kept: &Kept) {
    let written = directory(app).and_then(|directory| kept.write(&directory));
    if let Err(error) = written {
        tracing::warn!(%error, "what the page keeps is not written down");
    }
}

/// What was kept the last time, if anything was.
pub(crate) fn last(app: &AppHandle) -> Option<Kept> {
    match directory(app).and_then(|directory| Kept::read(&directory)) {
        Ok(kept) => Some(kept),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            tracing::warn!(%error, "what the page kept can't be read");
            None
        }
    }
}

/// The page has what was kept: it goes on from there by itself.
pub(crate) fn used_up(app: &AppHandle) {
    let gone = directory(app).and_then(|directory| std::fs::remove_file(directory.join(FILE)));
    if let Err(error) = gone
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "what the page kept stays written down");
    }
}

/// Where the web view writes. Its files have whatever rights the system gives new ones; so the directory is the person's
/// own.
fn directory(app: &AppHandle) -> io::Result<PathBuf> {
    let directory = app.path().app_local_data_dir().map_err(io::Error::other)?;
    make_owned(&directory)?;
    Ok(directory)
}

fn make_owned(directory: &Path) -> io::Result<()> {
    std::fs::create_dir_all(directory)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Writes a file whole or not at all, for its owner alone.
///
/// # Errors
/// When it can't be written.
pub(crate) fn write_owned(path: &Path, text: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    // Temporary files are their owner's, and stay so under their new name.
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(text)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(pairs: &[(&str, &str)]) -> Kept {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Kept(pairs.iter().map(owned).collect())
    }

    #[test]
    fn what_is_kept_is_found_again_by_its_owner() {
        let directory = tempfile::tempdir().expect("a folder");
        let path = directory.path();
        let none = Kept::read(path).map_err(|error| error.kind());
        assert_eq!(none, Err(io::ErrorKind::NotFound));
        let ours = kept(&[
            (PLACE, r##""#/people""##),
            ("connect.pref.theme", r#""dark""#),
        ]);
        ours.write(path).expect("written");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let about = std::fs::metadata(path.join(FILE)).expect("there");
            assert_eq!(about.permissions().mode() & 0o777, 0o600);
        }
        let read = Kept::read(path).expect("read");
        assert_eq!(read, ours);
        assert_eq!(read.place().as_deref(), Some("#/people"));
        // Nothing but the page's own names comes back into its storage.
        let foreign = kept(&[("connect.pref.zoom", "1.25"), ("token", "x")]);
        foreign.write(path).expect("written");
        assert_eq!(
            Kept::read(path).expect("read"),
            kept(&[("connect.pref.zoom", "1.25")])
        );
        std::fs::write(path.join(FILE), "half a fi").expect("written");
        assert!(Kept::read(path).is_err());
    }

    #[test]
    fn the_script_has_values_as_text_and_nothing_that_ends_it() {
        let odd = kept(&[("connect.pref.traffic.filters", "\"'`\\\n${x}</script>")]);
        let script = odd.script();
        assert!(
            script.contains(r#"{"connect.pref.traffic.filters":"\"'`\\\n${x}</script>"}"#),
            "{script}"
        );
    }
}
