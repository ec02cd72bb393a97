//! The console's user interface, held by the program when it was built with the feature `ui`.

use connect_app::UiFiles;

/// The files, if this program has them.
#[cfg(feature = "ui")]
#[expect(
    clippy::unnecessary_wraps,
    reason = "a program built without them has none"
)]
pub(crate) fn files() -> Option<UiFiles> {
    const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/ui_files.rs"));
    Some(UiFiles::new(FILES.iter().copied()))
}

/// The files, if this program has them.
#[cfg(not(feature = "ui"))]
pub(crate) fn files() -> Option<UiFiles> {
    None
}
