//! The desktop's budgets: how soon the window can be used, what it holds of the memory, and a long list in it.

mod display;
mod driver;
mod program;
mod rows;
mod window;
mod world;

use std::time::Duration;

#[cfg(test)]
pub(super) use program::Held;
pub(super) use rows::{Deed, Plain, Rows, Shown, Taken};
pub(super) use window::{BARE, Opened, Windows};

use crate::workspace::Workspace;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    /// How often each window is opened.
    pub(super) starts: usize,
    /// How long a window is left alone before its memory is read.
    pub(super) settle: Duration,
    /// How long the list is.
    pub(super) exchanges: usize,
    /// How often everything is done with the list.
    pub(super) rounds: usize,
}

/// What was measured of the console.
#[derive(Debug, Default)]
pub(super) struct Desktop {
    pub(super) windows: Option<Windows>,
    pub(super) rows: Option<Rows>,
}

/// Measures what is asked for.
///
/// # Errors
/// When a program does not start, or does not show what it should.
pub(super) async fn measure(
    workspace: &Workspace,
    profile: &str,
    effort: Effort,
    window: bool,
    rows: bool,
) -> anyhow::Result<Desktop> {
    let mut desktop = Desktop::default();
    if window {
        let Effort { starts, settle, .. } = effort;
        desktop.windows = Some(window::measure(workspace, profile, starts, settle).await?);
    }
    if rows {
        let Effort {
            exchanges, rounds, ..
        } = effort;
        desktop.rows = Some(rows::measure(workspace, profile, exchanges, rounds).await?);
    }
    Ok(desktop)
}
