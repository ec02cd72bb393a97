//! `connect-sandbox commands`: what `rpc` can call, and what one command takes. Needs no running sandbox.

use std::fmt::Write as _;

use connect_rpc::{COMMANDS, Command};
use serde_json::Value;

use crate::failure::Failure;
use crate::output::{self, BOLD, CODE, DIM, styled};

use super::rpc::unknown;

pub(super) fn run(name: Option<&str>, json: bool) -> Result<(), Failure> {
    if let Some(name) = name {
        let command = connect_rpc::find(name).ok_or_else(|| Failure::Arguments(unknown(name)))?;
        let said = if json {
            output::json(&command.listed())
        } else {
            output::data(&one(command))
        };
        return Ok(said?);
    }
    if json {
        let listed: Vec<_> = COMMANDS.iter().map(Command::listed).collect();
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

/// One command with every member of its request.
fn one(command: &Command) -> String {
    let schema = Value::from((command.request)());
    let mut text = format!("{}  {}\n", styled(CODE, command.name), command.summary);
    let members = schema["properties"].as_object();
    if members.is_none_or(serde_json::Map::is_empty) {
        text.push_str("\nIt takes nothing.\n");
        return text;
    }
    for (index, (name, member)) in members.into_iter().flatten().enumerate() {
        let before = if index == 0 { "\n" } else { "" };
        let needed = if is_required(&schema, name) {
            "needed"
        } else {
            "may be left out"
        };
        let _ = writeln!(
            text,
            "{before}  {}  {}",
            styled(BOLD, name),
            styled(DIM, format!("{}, {needed}", kind(member, &schema)))
        );
        if let Some(about) = member["description"].as_str() {
            let _ = writeln!(text, "    {}", about.replace('\n', "\n    "));
        }
    }
    text
}

fn is_required(schema: &Value, name: &str) -> bool {
    schema["required"]
        .as_array()
        .is_some_and(|required| required.iter().any(|member| member == name))
}

/// What a member may be, in words: `text`, `number`, `list of text`, or the words to choose from.
fn kind(member: &Value, schema: &Value) -> String {
    if let Some(reference) = member["$ref"].as_str() {
        let named = reference.strip_prefix('#').unwrap_or_default();
        return schema
            .pointer(named)
            .map_or_else(|| "any".to_owned(), |named| kind(named, schema));
    }
    if let Some(words) = member["enum"].as_array() {
        return words
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(" | ");
    }
    if let Some(word) = member["const"].as_str() {
        return word.to_owned();
    }
    if let Some(several) = member["oneOf"].as_array().or(member["anyOf"].as_array()) {
        let kinds: Vec<String> = several
            .iter()
            .filter(|one| one["type"] != "null")
            .map(|one| kind(one, schema))
            .collect();
        return kinds.join(" | ");
    }
    let types = match &member["type"] {
        Value::Array(types) => types.clone(),
        one => vec![one.clone()],
    };
    match types
        .iter()
        .filter_map(Value::as_str)
        .find(|one| *one != "null")
    {
        Some("string") => "text".to_owned(),
        Some("integer" | "number") => "number".to_owned(),
        Some("boolean") => "true | false".to_owned(),
        Some("array") => format!("list of {}", kind(&member["items"], schema)),
        Some("object") => "object".to_owned(),
        _ => "any".to_owned(),
    }
}

/// The members of a request, those that may be left out with a question mark: `client_id, name?`.
pub(super) fn takes(schema: &Value) -> String {
    let members = schema["properties"].as_object().into_iter().flatten();
    members
        .map(|(name, _)| {
            if is_required(schema, name) {
                name.clone()
            } else {
                format!("{name}?")
            }
        })
        .collect::<Vec<_>>()
        .join(", ")
}
