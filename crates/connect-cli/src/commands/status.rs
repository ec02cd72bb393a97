//! `connect-sandbox status`.

use std::fmt::Write as _;
use std::path::Path;

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
    Ok(output::data(&table(&status))?)
}

fn table(status: &Status) -> String {
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
    row("clock", status.now.to_string());
    row("key", key(status));
    let counts = &status.counts;
    row(
        "world",
        format!(
            "{} apps, {} personas, {} active grants, {} live tokens",
            counts.apps, counts.people, counts.grants, counts.live_tokens
        ),
    );
    row(
        "record",
        format!(
            "{} journal entries ({}), {} exchanges ({})",
            counts.journal,
            size(counts.world_bytes),
            counts.exchanges,
            size(counts.traffic_bytes)
        ),
    );
    for notice in &status.notices {
        let _ = writeln!(text, "\n{} {}", styled(CARE, "note:"), plain(notice));
    }
    text
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
