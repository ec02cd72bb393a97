//! The rules about one source file.

use super::source::Source;

/// A rule gives the breaches it finds.
pub(super) type Rule = fn(&Source) -> Vec<String>;

/// All of them, in no order.
pub(super) const ALL: &[Rule] = &[
    opens_with_its_purpose,
    is_not_too_long,
    has_no_loose_ends,
    does_not_sleep_in_tests,
    keeps_sql_in_the_store,
    keeps_tauri_in_the_desktop,
    has_plain_names,
];

/// The most lines a file may have, its tests not counted.
const LONGEST: usize = 500;

fn opens_with_its_purpose(source: &Source) -> Vec<String> {
    let opens = source.text.trim_start().starts_with("//!");
    if opens {
        Vec::new()
    } else {
        vec![source.breach(1, "a module opens with `//!`: what it owns")]
    }
}

fn is_not_too_long(source: &Source) -> Vec<String> {
    let lines = source.lines_without_tests();
    if source.is_test() || lines <= LONGEST {
        return Vec::new();
    }
    vec![source.breach(
        lines,
        &format!("{lines} lines without tests; split it ({LONGEST} at most)"),
    )]
}

fn has_no_loose_ends(source: &Source) -> Vec<String> {
    [
        ("todo!", "no `todo!`: write it, or open an issue"),
        (
            "unimplemented!",
            "no `unimplemented!`: write it, or open an issue",
        ),
        ("dbg!", "no `dbg!`"),
        ("#[ignore", "no ignored tests: a test runs, or is not there"),
        (
            "#[allow(",
            "`#[expect(…, reason = …)]` in place of `#[allow(…)]`",
        ),
        (
            "#![allow(",
            "`#![expect(…, reason = …)]` in place of `#![allow(…)]`",
        ),
    ]
    .into_iter()
    .flat_map(|(needle, rule)| source.breaches_for(needle, rule))
    .collect()
}

/// A test waits for what it waits for, not for a time that may be too short. The clock of tokio that stands still passes
/// in no time, so there a test may sleep: where every `#[tokio::test]` of the file has it.
fn does_not_sleep_in_tests(source: &Source) -> Vec<String> {
    let before = source.lines_before_tests();
    let mut tests = source
        .code
        .lines()
        .skip(before)
        .filter(|line| line.contains("#[tokio::test"))
        .peekable();
    let stands_still =
        tests.peek().is_some() && tests.all(|line| line.contains("start_paused = true"));
    let rule = "no sleep in a test: wait for what is to happen, or stop tokio's clock (`start_paused = true`)";
    let needles: &[&str] = if stands_still {
        &["thread::sleep"]
    } else {
        &["sleep", "sleep_until"]
    };
    needles
        .iter()
        .flat_map(|needle| source.breaches_after(before, &format!("{needle}("), rule))
        .collect()
}

fn keeps_sql_in_the_store(source: &Source) -> Vec<String> {
    let may = ["crates/connect-store/", "xtask/examples/"];
    if may.iter().any(|place| source.path.starts_with(place)) {
        return Vec::new();
    }
    source.breaches_for("sqlx", "SQL is the store's alone (crates/connect-store)")
}

fn keeps_tauri_in_the_desktop(source: &Source) -> Vec<String> {
    if source.path.starts_with("src-tauri/") {
        return Vec::new();
    }
    ["tauri", "tauri_build"]
        .into_iter()
        .flat_map(|needle| {
            source.breaches_for(needle, "Tauri is the desktop host's alone (src-tauri)")
        })
        .collect()
}

/// Words that say nothing about what a type is.
const EMPTY_WORDS: &[&str] = &["Manager", "Helper", "Helpers", "Util", "Utils", "Processor"];

fn has_plain_names(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    for (at, line) in source.code.lines().enumerate() {
        let mut words =
            line.split(|character: char| !character.is_alphanumeric() && character != '_');
        while let Some(word) = words.next() {
            if !matches!(word, "struct" | "enum" | "trait" | "type") {
                continue;
            }
            let name = words.find(|word| !word.is_empty()).unwrap_or_default();
            if EMPTY_WORDS.iter().any(|empty| name.ends_with(empty)) {
                found.push(source.breach(at + 1, &format!("`{name}`: name it for what it is")));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::ALL;
    use crate::tidy::source::Source;

    fn breaches(path: &str, text: &str) -> Vec<String> {
        let source = Source::new(Path::new(path), text);
        ALL.iter().flat_map(|rule| rule(&source)).collect()
    }

    #[test]
    fn a_good_file_has_no_breach() {
        let text = "//! Owns tokens; never says todo!().\n\npub struct Token;\n";
        assert_eq!(
            breaches("crates/connect-core/src/token.rs", text),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_file_without_its_purpose_is_named() {
        assert_eq!(
            breaches("crates/a/src/b.rs", "pub struct Token;\n"),
            ["crates/a/src/b.rs:1: a module opens with `//!`: what it owns"]
        );
    }

    #[test]
    fn loose_ends_are_named_with_their_line() {
        for loose in [
            "todo!()",
            "unimplemented!()",
            "dbg!(1)",
            "#[ignore = \"slow\"]",
            "#[allow(dead_code)]",
        ] {
            let found = breaches("crates/a/src/b.rs", &format!("//! B.\n{loose}\n"));
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].starts_with("crates/a/src/b.rs:2: "), "{found:?}");
        }
    }

    #[test]
    fn tests_do_not_sleep() {
        let sleeps = "    tokio::time::sleep(A_WHILE).await;\n";
        let plain = format!("#[tokio::test]\nasync fn t() {{\n{sleeps}}}\n");
        let paused = plain.replace("test]", "test(start_paused = true)]");
        let path = "tests/it/a.rs";
        assert_eq!(
            breaches(path, &format!("//! A.\n{plain}")),
            [
                "tests/it/a.rs:4: no sleep in a test: wait for what is to happen, or stop tokio's clock (`start_paused = true`)"
            ]
        );
        assert_eq!(breaches(path, &format!("//! A.\n{paused}")).len(), 0);
        // One test of the file whose clock runs is enough to sleep for good.
        assert_eq!(breaches(path, &format!("//! A.\n{paused}{plain}")).len(), 2);
        let blocking = paused.replace("tokio::time", "std::thread");
        assert_eq!(breaches(path, &format!("//! A.\n{blocking}")).len(), 1);
        let until = plain.replace("sleep(", "sleep_until(");
        assert_eq!(breaches(path, &format!("//! A.\n{until}")).len(), 1);
        // What is no test may; its tests may not.
        let path = "crates/a/src/a.rs";
        let code = format!("//! A.\nasync fn f() {{\n{sleeps}}}\n");
        assert_eq!(breaches(path, &code).len(), 0);
        let tested = format!("{code}#[cfg(test)]\nmod tests {{\n{plain}}}\n");
        assert_eq!(breaches(path, &tested).len(), 1);
    }

    #[test]
    fn sql_and_tauri_stay_at_home() {
        let text = "//! B.\nuse sqlx::query;\n";
        assert_eq!(breaches("crates/connect-app/src/b.rs", text).len(), 1);
        assert_eq!(breaches("crates/connect-store/src/b.rs", text).len(), 0);
        let text = "//! B.\nuse tauri::App;\n";
        assert_eq!(breaches("crates/connect-app/src/b.rs", text).len(), 1);
        assert_eq!(breaches("src-tauri/src/main.rs", text).len(), 0);
    }

    #[test]
    fn empty_names_are_refused() {
        assert_eq!(
            breaches("a.rs", "//! A.\npub struct TokenManager;\n").len(),
            1
        );
        assert_eq!(
            breaches("a.rs", "//! A.\npub struct Grant { manager: u8 }\n").len(),
            0
        );
    }

    #[test]
    fn long_files_are_refused_but_not_for_their_tests() {
        let code = "//! A.\n".to_owned() + &"fn a() {}\n".repeat(499);
        assert_eq!(breaches("a.rs", &code).len(), 0);
        assert_eq!(breaches("a.rs", &(code.clone() + "fn b() {}\n")).len(), 1);
        let tests = "#[cfg(test)]\nmod tests {\n".to_owned() + &"fn t() {}\n".repeat(300) + "}\n";
        assert_eq!(breaches("a.rs", &(code + &tests)).len(), 0);
    }
}
