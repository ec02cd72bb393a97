//! One Rust file, as the rules look at it.

use std::path::Path;

use super::mask::mask;

/// A file's text, and the same text without comments and literals.
pub(super) struct Source {
    /// The path inside the repository, with forward slashes.
    pub(super) path: String,
    /// Everything, as written.
    pub(super) text: String,
    /// Code only, line for line.
    pub(super) code: String,
}

impl Source {
    pub(super) fn new(relative: &Path, text: &str) -> Self {
        let path = relative
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/");
        Self {
            path,
            text: text.to_owned(),
            code: mask(text),
        }
    }

    /// Whether the whole file is test code: the scenario package, or a crate's own `tests` and `benches`.
    pub(super) fn is_test(&self) -> bool {
        self.path
            .split('/')
            .any(|part| part == "tests" || part == "tests.rs" || part == "benches")
    }

    /// Lines of code before the tests that stand at the end.
    pub(super) fn lines_without_tests(&self) -> usize {
        let lines: Vec<&str> = self.code.lines().collect();
        let tests = lines.windows(2).position(|pair| {
            pair[0].trim() == "#[cfg(test)]" && pair[1].trim_start().starts_with("mod ")
        });
        tests.unwrap_or(lines.len())
    }

    /// How many lines stand before the file's tests.
    pub(super) fn lines_before_tests(&self) -> usize {
        if self.is_test() {
            0
        } else {
            self.lines_without_tests()
        }
    }

    /// A breach of a rule at a line (counted from 1), for people.
    pub(super) fn breach(&self, line: usize, rule: &str) -> String {
        format!("{}:{line}: {rule}", self.path)
    }

    /// One breach for each line of code that holds the word, as a whole word where it begins and ends with a letter.
    pub(super) fn breaches_for(&self, needle: &str, rule: &str) -> Vec<String> {
        self.breaches_after(0, needle, rule)
    }

    /// The same, without the first lines.
    pub(super) fn breaches_after(&self, lines: usize, needle: &str, rule: &str) -> Vec<String> {
        self.code
            .lines()
            .enumerate()
            .skip(lines)
            .filter(|(_, line)| holds(line, needle))
            .map(|(at, _)| self.breach(at + 1, rule))
            .collect()
    }
}

fn holds(line: &str, needle: &str) -> bool {
    line.match_indices(needle).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + needle.len()..].chars().next();
        let joins = |outside: Option<char>, inside: Option<char>| {
            outside.is_some_and(is_word) && inside.is_some_and(is_word)
        };
        !joins(before, needle.chars().next()) && !joins(after, needle.chars().next_back())
    })
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Source, holds};

    #[test]
    fn whole_words_are_found() {
        assert!(holds("use sqlx::query;", "sqlx"));
        assert!(!holds("use my_sqlx::query;", "sqlx"));
        assert!(!holds("sqlxx::query", "sqlx"));
        assert!(holds("#[ignore = \"\"]", "#[ignore"));
    }

    #[test]
    fn tests_at_the_end_do_not_count() {
        let source = Source::new(
            Path::new("crates/a/src/b.rs"),
            "//! A.\nfn a() {}\n#[cfg(test)]\nmod tests {\n}\n",
        );
        assert_eq!(source.lines_without_tests(), 2);
        assert!(!source.is_test());
        assert!(Source::new(Path::new("tests/it/a.rs"), "").is_test());
    }
}
