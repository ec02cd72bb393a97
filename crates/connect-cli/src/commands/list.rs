//! `connect-sandbox commands`: what `rpc` can call. Needs no running sandbox.

use std::fmt::Write as _;

use connect_rpc::COMMANDS;
use serde_json::Value;

use crate::failure::Failure;
use crate::output::{self, BOLD, CODE, DIM, styled};

pub(super) fn run(json: bool) -> Result<(), Failure> {
    if json {
        let listed: Vec<_> = COMMANDS.iter().map(connect_rpc::Command::listed).collect();
        return Ok(output::json(&listed)?);
    }
    Ok(output::data(&table())?)
}

fn table() -> String {
    let mut text = String::new();
    let width = COMMANDS
        .iter()
        .map(|command| command.name.len())
        .max()
        .unwrap_or(0);
    let mut group = "";
    for command in COMMANDS {
        if command.group != group {
            let before = if group.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{before}{}", styled(BOLD, command.group));
            group = command.group;
        }
        let takes = takes(&Value::from((command.request)()));
        let _ = writeln!(
            text,
            "  {} {}",
            styled(CODE, format!("{:width$}", command.name)),
            command.summary
        );
        if !takes.is_empty() {
            let _ = writeln!(text, "  {:width$} {}", "", styled(DIM, takes));
        }
    }
    text
}

/// The members of a request, those that may be left out with a question mark: `client_id, name?`.
fn takes(schema: &Value) -> String {
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let members = schema["properties"].as_object().into_iter().flatten();
    members
        .map(|(name, _)| {
            if required.contains(&name.as_str()) {
                name.clone()
            } else {
                format!("{name}?")
            }
        })
        .collect::<Vec<_>>()
        .join(", ")
}
