//! `commands.ts`: what each command takes and gives, and which topics it reads and writes.

use std::fmt::Write as _;

use connect_rpc::{
    COMMANDS, Done, Nothing, Topic, apps, clock, grants, journal, keys, people, sandbox, scopes,
    settings, trace, traffic, workspace,
};
use ts_rs::TS;

use crate::types::{Found, config};

macro_rules! both {
    ($($group:ident { $(#[doc = $doc:literal] $name:ident($request:ty) -> $answer:ty, reads [$($read:ident),*], writes [$($write:ident),*];)* })*) => {
        /// Takes what every command takes and gives.
        pub(crate) fn visit(found: &mut Found) {
            $($(
                found.take::<$request>();
                found.take::<$answer>();
            )*)*
        }

        /// The names of every command's request and answer, in the order of the list.
        fn types() -> Vec<(String, String)> {
            let config = config();
            vec![$($((<$request as TS>::name(&config), <$answer as TS>::name(&config)),)*)*]
        }
    };
}

connect_rpc::with_commands!(both);

/// The whole file.
pub(crate) fn file() -> String {
    let types = types();
    let mut used: Vec<&str> = types
        .iter()
        .flat_map(|(request, answer)| [request.as_str(), answer.as_str()])
        .chain(["Topic"])
        .collect();
    used.sort_unstable();
    used.dedup();
    let mut text = super::heading(
        "Every command of the control surface: what it takes, what it gives, which topics it reads and writes.",
    );
    text.push_str("import type {\n");
    for name in used {
        let _ = writeln!(text, "\t{name},");
    }
    text.push_str(
        "} from './types';\n\n/** The commands by name. */\nexport interface Commands {\n",
    );
    for (command, (request, answer)) in COMMANDS.iter().zip(&types) {
        let _ = writeln!(
            text,
            "\t/** {} */\n\t{}: {{ request: {request}; answer: {answer} }};",
            command.summary.trim(),
            command.name
        );
    }
    text.push_str(
        "}\n\n/** The name of a command. */\nexport type CommandName = keyof Commands;\n\n",
    );
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
