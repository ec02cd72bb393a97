//! `commands.ts`: what each command takes and gives, and which topics it reads and writes.

use std::fmt::Write as _;

use connect_rpc::{
    COMMANDS, Done, Nothing, Topic, apps, clock, grants, host, journal, keys, logs, people,
    sandbox, scopes, settings, simulator, trace, traffic, workspace,
};
use ts_rs::TS;

use crate::types::{Found, config};

/// A command as it is written: its name, what it does, and the types that it takes and gives.
struct Row {
    name: &'static str,
    summary: &'static str,
    request: String,
    answer: String,
}

macro_rules! rows {
    ($visit:ident $rows:ident: $($group:ident { $(#[doc = $doc:literal] $name:ident($request:ty) -> $answer:ty, reads [$($read:ident),*], writes [$($write:ident),*];)* })*) => {
        fn $visit(found: &mut Found) {
            $($(
                found.take::<$request>();
                found.take::<$answer>();
            )*)*
        }

        fn $rows() -> Vec<Row> {
            let config = config();
            vec![$($(
                Row {
                    name: concat!(stringify!($group), "_", stringify!($name)),
                    summary: $doc,
                    request: <$request as TS>::name(&config),
                    answer: <$answer as TS>::name(&config),
                },
            )*)*]
        }
    };
}

macro_rules! of_the_sandbox { ($($list:tt)*) => { rows!(visit_sandbox sandbox_rows: $($list)*); }; }
macro_rules! of_the_host { ($($list:tt)*) => { rows!(visit_host host_rows: $($list)*); }; }
connect_rpc::with_commands!(of_the_sandbox);
connect_rpc::with_host_commands!(of_the_host);

/// Takes what every command takes and gives.
pub(crate) fn visit(found: &mut Found) {
    visit_sandbox(found);
    visit_host(found);
    // What a list such as `PickedFile | null` is made of.
    found.take::<host::PickedFile>();
}

/// The whole file.
pub(crate) fn file(known: &[String]) -> String {
    let (sandbox, host) = (sandbox_rows(), host_rows());
    let mut text = super::heading(
        "Every command: what it takes, what it gives, which topics it reads and writes.",
    );
    text.push_str("import type {\n");
    let types: Vec<&str> = sandbox
        .iter()
        .chain(&host)
        .flat_map(|row| [row.request.as_str(), row.answer.as_str()])
        .flat_map(|name| name.split(" | "))
        .chain(["Topic"])
        .collect();
    for name in known.iter().filter(|name| types.contains(&name.as_str())) {
        let _ = writeln!(text, "\t{name},");
    }
    text.push_str("} from './types';\n\n/** The sandbox's commands by name. */\n");
    write_interface(&mut text, "Commands", &sandbox);
    text.push_str("/** The name of a command. */\nexport type CommandName = keyof Commands;\n\n");
    text.push_str("/** The desktop's own commands by name; a browser has none of them. */\n");
    write_interface(&mut text, "HostCommands", &host);
    text.push_str("/** The name of a command of the desktop. */\n");
    text.push_str("export type HostCommandName = keyof HostCommands;\n\n");
    text.push_str("/** Each command's topics: an answer is out of date when a topic it reads has changed. */\n");
    text.push_str("export const COMMANDS = {\n");
    for command in COMMANDS {
        let _ = writeln!(
            text,
            "\t{}: {{ reads: {}, writes: {} }},",
            command.name,
            list(command.reads),
            list(command.writes)
        );
    }
    text.push_str("} as const satisfies Record<CommandName, { reads: readonly Topic[]; writes: readonly Topic[] }>;\n");
    text
}

fn write_interface(text: &mut String, name: &str, rows: &[Row]) {
    let _ = writeln!(text, "export interface {name} {{");
    for row in rows {
        let _ = writeln!(
            text,
            "\t/** {} */\n\t{}: {{ request: {}; answer: {} }};",
            row.summary.trim(),
            row.name,
            row.request,
            row.answer
        );
    }
    text.push_str("}\n\n");
}

/// A list of topics as TypeScript.
fn list(topics: &[Topic]) -> String {
    let words: Vec<String> = topics
        .iter()
        .map(|topic| format!("'{}'", word(topic)))
        .collect();
    format!("[{}]", words.join(", "))
}

/// A value of an enumeration as it goes over the wire.
pub(crate) fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        other => unreachable!("an enumeration is written as a word, not as {other:?}"),
    }
}
