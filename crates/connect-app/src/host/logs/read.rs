//! Reading the log files back, for the console.

use std::path::Path;

use connect_rpc::logs::{LogLevel, LogLine};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::file::paths;

/// A record as `tracing-subscriber` writes it.
#[derive(Deserialize)]
struct Record {
    timestamp: connect_core::Timestamp,
    level: String,
    target: String,
    #[serde(default)]
    fields: Map<String, Value>,
}

/// Which records are wanted.
#[derive(Debug)]
pub(crate) struct Wanted {
    level: LogLevel,
    words: Vec<String>,
}

impl Wanted {
    /// Those of `level` or graver that hold each word of `text`, in upper or lower case.
    pub(crate) fn new(level: LogLevel, text: &str) -> Self {
        Self {
            level,
            words: text
                .to_lowercase()
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
        }
    }

    fn holds(&self, record: &Record) -> bool {
        if self.words.is_empty() {
            return true;
        }
        let mut text = record.target.to_lowercase();
        for (name, value) in &record.fields {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            text.push(' ');
            // As the console shows it.
            if name != "message" {
                text.push_str(name);
                text.push('=');
            }
            text.push_str(&value.to_lowercase());
        }
        self.words.iter().all(|word| text.contains(word))
    }
}

/// The newest records that are wanted, newest first. A line that is none, such as the half of one that a crash left, is
/// passed over.
pub(crate) fn newest(directory: &Path, wanted: &Wanted, most: usize) -> Vec<LogLine> {
    let mut found = Vec::new();
    for path in paths(directory) {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        let lines = text.lines().rev().filter_map(|line| read(line, wanted));
        found.extend(lines.take(most - found.len()));
        if found.len() == most {
            break;
        }
    }
    found
}

fn read(line: &str, wanted: &Wanted) -> Option<LogLine> {
    let record: Record = serde_json::from_str(line).ok()?;
    let level = LogLevel::from_word(&record.level)?;
    if level > wanted.level || !wanted.holds(&record) {
        return None;
    }
    let mut fields = record.fields;
    let message = match fields.remove("message") {
        Some(Value::String(message)) => message,
        _ => String::new(),
    };
    Some(LogLine {
        at: record.timestamp,
        level,
        target: record.target,
        message,
        fields: Value::Object(fields),
    })
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;
    use crate::host::logs::LogFile;

    #[test]
    fn what_is_logged_is_read_back_newest_first_by_level_and_words() {
        let directory = tempfile::tempdir().expect("a folder");
        let logs = LogFile::default();
        logs.keep_in(directory.path()).expect("made");
        let records = tracing_subscriber::fmt::layer()
            .json()
            .with_writer(logs.clone());
        let subscriber = tracing_subscriber::registry().with(records);
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(port = 9400, "ready");
            tracing::warn!("careful");
            tracing::error!(error = "no\nspace", "broken");
        });
        std::fs::write(directory.path().join("log.1.jsonl"), "{\"timesta").expect("written");
        let found =
            |level, text: &str, most| newest(directory.path(), &Wanted::new(level, text), most);
        let all = found(LogLevel::Info, "", 10);
        let said: Vec<_> = all
            .iter()
            .map(|line| (line.level, line.message.as_str()))
            .collect();
        assert_eq!(
            said,
            [
                (LogLevel::Error, "broken"),
                (LogLevel::Warn, "careful"),
                (LogLevel::Info, "ready")
            ]
        );
        assert_eq!(all[2].fields["port"], 9400);
        assert_eq!(all[0].fields["error"], "no\nspace");
        assert!(all[0].target.starts_with("connect_app"), "{:?}", all[0]);
        assert_eq!(found(LogLevel::Error, "", 10).len(), 1);
        assert_eq!(found(LogLevel::Info, "", 2).len(), 2);
        // Words are looked for in what is said, by whom, and in what else is known.
        for (text, count) in [
            ("READY", 1),
            ("port=9400 ready", 1),
            ("connect_app", 3),
            ("careful ready", 0),
        ] {
            assert_eq!(found(LogLevel::Info, text, 10).len(), count, "{text}");
        }
    }
}
