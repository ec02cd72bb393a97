//! Logs: to standard error, and to a rotating file in the workspace that the console reads.
//!
//! Types that hold a credential or a health value print a placeholder, and what libraries say is capped at warnings,
//! whatever level is asked for: they do not know what must not be seen.

mod file;
mod read;

use std::io::{self, IsTerminal as _};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

pub use file::LogFile;
pub(crate) use read::{Wanted, newest};

/// What every crate of ours begins with.
const OURS: &str = "connect_";

/// Where the log files are, in a data directory.
pub const DIRECTORY: &str = "logs";

/// Starts logging: to standard error at `level`, and to a file at `info` or `level`, whichever says more. What is said
/// before [`LogFile::keep_in`] is kept until then.
pub fn start(level: LevelFilter) -> LogFile {
    let file = LogFile::default();
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_filter(targets(level));
    let records = tracing_subscriber::fmt::layer()
        .json()
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(file.clone())
        .with_filter(targets(level.max(LevelFilter::INFO)));
    tracing_subscriber::registry()
        .with(lines)
        .with(records)
        .init();
    file
}

fn targets(ours: LevelFilter) -> Targets {
    Targets::new()
        .with_default(ours.min(LevelFilter::WARN))
        .with_target(OURS, ours)
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn libraries_never_say_more_than_warnings() {
        for level in [LevelFilter::WARN, LevelFilter::DEBUG, LevelFilter::TRACE] {
            for library in ["sqlx::query", "hyper", "h2", "zbus", "connection", "tauri"] {
                assert!(
                    targets(level).would_enable(library, &Level::WARN),
                    "{library}"
                );
                assert!(
                    !targets(level).would_enable(library, &Level::INFO),
                    "{library} at {level:?}"
                );
            }
        }
        assert!(targets(LevelFilter::TRACE).would_enable("connect_app::start", &Level::TRACE));
        assert!(!targets(LevelFilter::ERROR).would_enable("sqlx::query", &Level::WARN));
        assert!(!targets(LevelFilter::OFF).would_enable("connect_app", &Level::ERROR));
    }
}
