//! The real window, on a display of the test's own: it opens on a running sandbox, its page may do what it is meant to
//! and nothing else, it ends cleanly, and after a kill everything acknowledged is there again.
//!
//! Windows are driven through `tauri-driver` where the page matters; where only the program matters it runs by itself.
//! Elsewhere than on Linux there is no display to be made, so the file of the subject says what is left to test.

mod declared;
#[cfg(target_os = "linux")]
mod keyboard;
#[cfg(target_os = "linux")]
mod killed;
#[cfg(target_os = "linux")]
mod left;
#[cfg(target_os = "linux")]
mod life;
#[cfg(target_os = "linux")]
mod page;
#[cfg(target_os = "linux")]
mod smoke;
#[cfg(target_os = "linux")]
mod support;
#[cfg(target_os = "linux")]
mod walk;
