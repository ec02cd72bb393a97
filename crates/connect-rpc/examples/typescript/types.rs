//! `types.ts`: every type that a command takes or gives, and those they are made of, by name.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use connect_rpc::wire::{Call, Changed};
use connect_rpc::{RpcError, Topic};
use ts_rs::{Config, TS, TypeVisitor};

const ABOUT: &str = "Requests, answers and what they are made of.\n\
// Times are RFC 3339 in UTC. Integers are `number`: places, counts, bytes and durations, all far below 2^53.";

/// What `serde_json::Value` is called, and what it is.
const JSON_VALUE: &str = "JsonValue";
const JSON_VALUE_DECLARATION: &str = "/** Any JSON. */\nexport type JsonValue =\n\t| null\n\t| boolean\n\t| number\n\t| string\n\t| JsonValue[]\n\t| { [key: string]: JsonValue };\n";

/// The whole file, and the names of its types in order.
pub(crate) fn file() -> (String, Vec<String>) {
    let mut found = Found::default();
    found.take::<Call>();
    found.take::<Changed>();
    found.take::<RpcError>();
    found.take::<Topic>();
    super::commands::visit(&mut found);
    let names = found.types.keys().cloned().collect();
    let mut text = super::heading(ABOUT);
    let declarations: Vec<String> = found.types.into_values().map(|(_, text)| text).collect();
    text.push_str(&declarations.join("\n"));
    (text, names)
}

/// How types are written.
pub(crate) fn config() -> Config {
    Config::new().with_large_int("number")
}

/// Types by name, each with the Rust type it stands for.
#[derive(Default)]
pub(crate) struct Found {
    types: BTreeMap<String, (TypeId, String)>,
}

impl Found {
    /// Takes a type and all it is made of.
    ///
    /// # Panics
    /// When two Rust types would have one name in TypeScript: give one of them `#[ts(rename = "…")]`.
    pub(crate) fn take<T: TS + 'static + ?Sized>(&mut self) {
        // What has no declaration of its own (a text, a list) is named where it is used, with what it is made of.
        if T::output_path().is_none() {
            return;
        }
        let config = config();
        let name = T::ident(&config);
        if let Some((known, _)) = self.types.get(&name) {
            assert!(
                *known == TypeId::of::<T>() || name == JSON_VALUE,
                "two types are named {name}; give one of them #[ts(rename = \"…\")]"
            );
            return;
        }
        if name == JSON_VALUE {
            self.types
                .insert(name, (TypeId::of::<T>(), JSON_VALUE_DECLARATION.to_owned()));
            return;
        }
        let declaration = laid_out(T::docs().as_deref(), &T::decl(&config));
        self.types.insert(name, (TypeId::of::<T>(), declaration));
        T::visit_dependencies(self);
    }
}

impl TypeVisitor for Found {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        self.take::<T>();
    }
}

/// A declaration as people lay it out: a member to a line, its comment above it in one line where it fits.
fn laid_out(docs: Option<&str>, declaration: &str) -> String {
    let mut text = String::new();
    write_comment(&mut text, "", docs.unwrap_or_default().lines());
    text.push_str("export ");
    if declaration.contains("} | {") {
        text.push_str(&union(declaration));
        return text;
    }
    let mut comment = Vec::new();
    let mut inside = false;
    for line in declaration.lines().map(str::trim) {
        if line.starts_with("/**") || line.starts_with('*') {
            comment.push(line);
            if line.ends_with("*/") {
                write_comment(&mut text, "\t", comment.drain(..));
            }
            continue;
        }
        let (member, last) = match line.strip_suffix("};") {
            Some(member) if inside => (member.trim(), true),
            _ => (line, false),
        };
        if inside {
            text.push('\t');
        }
        match member.strip_suffix(',') {
            Some(member) if inside => {
                text.push_str(member);
                text.push(';');
            }
            _ => text.push_str(member),
        }
        text.push('\n');
        if last {
            text.push_str("};\n");
        }
        inside = true;
    }
    text
}

/// A union of objects, one to a line.
fn union(declaration: &str) -> String {
    let said = declaration
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("/**") && !line.starts_with('*'));
    let joined = said.collect::<Vec<_>>().join(" ");
    let parts = joined.replace(", }", " }").replace(" | { ", "\n\t| { ");
    parts.replacen(" = { ", " =\n\t| { ", 1) + "\n"
}

/// A comment as ts-rs writes it, in one line where it has only one.
fn write_comment<'a>(text: &mut String, indent: &str, lines: impl Iterator<Item = &'a str>) {
    let said: Vec<&str> = lines
        .map(|line| {
            let line = line.trim().trim_start_matches("/**").trim_end_matches("*/");
            line.trim().trim_start_matches('*').trim()
        })
        .filter(|line| !line.is_empty())
        .collect();
    match said.as_slice() {
        [] => {}
        [one] => {
            let _ = writeln!(text, "{indent}/** {one} */");
        }
        many => {
            let _ = writeln!(text, "{indent}/**");
            for line in many {
                let _ = writeln!(text, "{indent} * {line}");
            }
            let _ = writeln!(text, "{indent} */");
        }
    }
}

#[cfg(test)]
mod tests {
    use connect_rpc::*;
    use serde_json::Value;

    use super::*;

    macro_rules! inlined {
        ($($group:ident { $(#[doc = $doc:literal] $name:ident($request:ty) -> $answer:ty, reads [$($read:ident),*], writes [$($write:ident),*];)* })*) => {
            /// Every request in full, in the order of the list.
            fn requests() -> Vec<(&'static str, Value, String)> {
                vec![$($(
                    (
                        stringify!($name),
                        Value::from(schemars::schema_for!($request)),
                        <$request as TS>::inline(&config()),
                    ),
                )*)*]
            }
        };
    }
    mod sandbox_commands {
        use super::*;
        with_commands!(inlined);
        pub(super) fn all() -> Vec<(&'static str, Value, String)> {
            requests()
        }
    }
    mod host_commands {
        use super::*;
        with_host_commands!(inlined);
        pub(super) fn all() -> Vec<(&'static str, Value, String)> {
            requests()
        }
    }

    /// Names of the members of a schema, and whether each is always there.
    fn members(schema: &Value) -> Vec<(&str, bool)> {
        let required: Vec<&str> = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let names = schema["properties"].as_object().into_iter().flatten();
        names
            .map(|(name, _)| (name.as_str(), required.contains(&name.as_str())))
            .collect()
    }

    #[test]
    fn a_member_of_a_request_may_be_left_out_exactly_where_the_program_lets_it() {
        for (command, schema, request) in [sandbox_commands::all(), host_commands::all()].concat() {
            for (name, required) in members(&schema) {
                let (always, optional) = (format!("{name}: "), format!("{name}?: "));
                let wanted = if required { &always } else { &optional };
                assert!(
                    request
                        .lines()
                        .any(|line| line.trim_start_matches("{ ").starts_with(wanted.as_str())),
                    "{command}: `{name}` should be `{wanted}` in TypeScript (a member with a default takes #[ts(as = \"Option<_>\", optional)])\n{request}"
                );
            }
        }
    }

    #[test]
    fn members_are_laid_out_one_to_a_line() {
        let declaration = "type A = { \n/**\n * One.\n */\na: string, \n/**\n * Two\n * lines.\n */\nb?: Array<B>, };";
        insta::assert_snapshot!(laid_out(Some("/**\n * It.\n */\n"), declaration), @r"
        /** It. */
        export type A = {
        	/** One. */
        	a: string;
        	/**
        	 * Two
        	 * lines.
        	 */
        	b?: Array<B>;
        };
        ");
        assert_eq!(
            laid_out(None, r#"type C = "a" | "b";"#),
            "export type C = \"a\" | \"b\";\n"
        );
    }
}
