//! Logs, to standard error. Types that hold a credential or a health value print a placeholder, and what libraries say
//! is capped at warnings, whatever level is asked for: they do not know what must not be seen.

use std::io::IsTerminal as _;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::arguments::LogLevel;

/// What every crate of ours begins with.
const OURS: &str = "connect_";

/// Starts logging.
pub(crate) fn start(level: LogLevel) {
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none());
    tracing_subscriber::registry()
        .with(targets(level))
        .with(lines)
        .init();
}

fn targets(level: LogLevel) -> Targets {
    let ours = match level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
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
        for level in [LogLevel::Warn, LogLevel::Debug, LogLevel::Trace] {
            for library in ["sqlx::query", "hyper", "h2", "zbus", "connection"] {
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
        assert!(targets(LogLevel::Trace).would_enable("connect_app::start", &Level::TRACE));
        assert!(!targets(LogLevel::Error).would_enable("sqlx::query", &Level::WARN));
        assert!(!targets(LogLevel::Off).would_enable("connect_app", &Level::ERROR));
    }
}
