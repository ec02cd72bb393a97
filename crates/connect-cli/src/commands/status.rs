//! `connect-sandbox status`.

use std::fmt::{Display, Write as _};
use std::path::Path;

use connect_rpc::clock::Clock;
use connect_rpc::sandbox::Status;
use serde_json::{Value, json};

use super::ask::Sandbox;
use crate::failure::Failure;
use crate::output::{self, BOLD, CARE, DIM, GOOD, plain, styled};

pub(super) async fn run(data_dir: &Path, json: bool) -> Result<(), Failure> {
    let mut sandbox = Sandbox::on(data_dir).await?;
    if json {
        let status: Value = sandbox.call("sandbox_status", json!({})).await?;
        return Ok(output::json(&status)?);
    }
    let status: Status = sandbox.get("sandbox_status", json!({})).await?;
    let clock: Clock = sandbox.get("clock_get", json!({})).await?;
    Ok(output::data(&table(&status, &clock))?)
}

fn table(status: &Status, clock: &Clock) -> String {
    let mut text = format!(
        "{} connect-sandbox {}\n\n",
        styled(GOOD, "running"),
        status.version
    );
    let mut row = |name: &str, value: String| {
        let _ = writeln!(text, "  {} {value}", styled(BOLD, format!("{name:9}")));
    };
    row("platform", status.platform.clone());
    for service in status
        .services
        .iter()
        .filter(|service| service.url != status.platform)
    {
        row("", styled(DIM, &service.url));
    }
    row(
        "control",
        status
            .control
            .clone()
            .unwrap_or_else(|| "local socket only".to_owned()),
    );
    row("data", kept(status));
    row(
        "process",
        format!("{}, since {}", status.pid, status.started),
    );
    row("profile", status.profile.as_str().to_owned());
    row("approval", approval(status));
    row("clock", time(clock));
    row("key", key(status));
    let counts = &status.counts;
    row(
        "world",
        format!(
            "{}, {}, {}, {}, {}",
            count(counts.apps, "app"),
            count(counts.service_clients, "service client"),
            count(counts.people, "persona"),
            count(counts.grants, "active grant"),
            count(counts.live_tokens, "live token")
        ),
    );
    row(
        "record",
        format!(
            "{} journal entries ({}), {} ({})",
            counts.journal,
            size(counts.world_bytes),
            count(counts.exchanges, "exchange"),
            size(counts.traffic_bytes)
        ),
    );
    for notice in &status.notices {
        let _ = writeln!(text, "\n{} {}", styled(CARE, "note:"), plain(notice));
    }
    text
}

/// So many of something.
fn count(number: impl Display, of: &str) -> String {
    let number = number.to_string();
    let several = if number == "1" { "" } else { "s" };
    format!("{number} {of}{several}")
}

/// The sandbox clock, and how it stands to this machine's.
pub(super) fn time(clock: &Clock) -> String {
    let mut text = clock.now.to_string();
    if let Some(apart) = apart(clock.ahead_ms) {
        let _ = write!(text, ", {apart}");
    }
    if clock.paused {
        text.push_str(", paused");
    }
    text
}

/// How far apart the clocks are: `3 days 4 h ahead of this machine's`; nothing below half a minute.
pub(super) fn apart(ahead_ms: i64) -> Option<String> {
    let minutes = (ahead_ms.unsigned_abs() + 30_000) / 60_000;
    let (days, hours) = (minutes / 1440, minutes / 60 % 24);
    let far = match (days, hours, minutes % 60) {
        (0, 0, 0) => return None,
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => count(days, "day"),
        (days, hours, _) => format!("{} {hours} h", count(days, "day")),
    };
    let side = if ahead_ms < 0 { "behind" } else { "ahead of" };
    Some(format!("{far} {side} this machine's"))
}

/// Where it is kept.
pub(super) fn kept(status: &Status) -> String {
    let place = plain(&status.data_dir);
    if status.ephemeral {
        format!("{place} (goes with the process)")
    } else {
        place
    }
}

fn approval(status: &Status) -> String {
    match &status.auto_approve {
        Some(email) => format!("automatic, as {}", plain(email)),
        None => "people are asked".to_owned(),
    }
}

fn key(status: &Status) -> String {
    let mut text = format!("{}, {}", status.key.place, status.key.state);
    if let Some(message) = &status.key.message {
        let _ = write!(text, ": {}", plain(message));
    }
    text
}

/// Bytes for people.
fn size(bytes: u64) -> String {
    const STEP: u64 = 1024;
    match bytes {
        0..STEP => format!("{bytes} B"),
        STEP..0x10_0000 => format!("{} KiB", bytes / STEP),
        _ => format!("{} MiB", bytes / STEP / STEP),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_how_far_apart_the_clocks_are() {
        const MINUTE: i64 = 60_000;
        for (ahead, said) in [
            (0, None),
            (29_999, None),
            (MINUTE - 20, Some("1 min ahead of this machine's")),
            (60 * MINUTE, Some("1 h ahead of this machine's")),
            (61 * MINUTE, Some("1 h 1 min ahead of this machine's")),
            (1440 * MINUTE, Some("1 day ahead of this machine's")),
            (
                174_361_033 * 60,
                Some("121 days 2 h ahead of this machine's"),
            ),
            (-5 * MINUTE, Some("5 min behind this machine's")),
        ] {
            assert_eq!(apart(ahead).as_deref(), said, "{ahead}");
        }
    }
}
