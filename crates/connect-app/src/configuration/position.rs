//! Where in a `connect.toml` something stands: from `apps[1].redirect_uris[0]` to a line and a column.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A place in a text, both counted from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character in it.
    pub column: usize,
}

impl Position {
    /// The place of the byte at `offset`.
    #[must_use]
    pub fn at(text: &str, offset: usize) -> Self {
        let offset = (0..=offset.min(text.len()))
            .rev()
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(0);
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// The place of the value that `path` names, or of the nearest table around it when the file leaves it out.
    #[must_use]
    pub fn of(text: &str, path: &str) -> Self {
        let Ok(table) = DeTable::parse(text) else {
            return Self { line: 1, column: 1 };
        };
        Self::at(text, find(table.get_ref(), path).start)
    }
}

fn find(table: &DeTable<'_>, path: &str) -> Range<usize> {
    let mut span = 0..0;
    let mut steps = steps(path);
    let Some(Step::Key(first)) = steps.next() else {
        return span;
    };
    let Some(mut value) = table.get(first) else {
        return span;
    };
    span = start_of(value, span);
    for step in steps {
        let next = match step {
            Step::Key(key) => value.get_ref().get(key),
            Step::Index(index) => value.get_ref().get(index),
        };
        let Some(next) = next else { return span };
        span = start_of(next, span);
        value = next;
    }
    span
}

/// A table made of dotted keys has no span of its own; the one around it does then.
fn start_of(value: &Spanned<DeValue<'_>>, around: Range<usize>) -> Range<usize> {
    let span = value.span();
    if span.is_empty() { around } else { span }
}

enum Step<'p> {
    Key(&'p str),
    Index(usize),
}

/// The steps of `apps[1].redirect_uris[0]`.
fn steps(path: &str) -> impl Iterator<Item = Step<'_>> {
    path.split(['.', '['])
        .filter(|step| !step.is_empty())
        .map(
            |step| match step.strip_suffix(']').and_then(|index| index.parse().ok()) {
                Some(index) => Step::Index(index),
                None => Step::Key(step),
            },
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# ü\n[settings]\nprofile = \"löop\"\n\n[[apps]]\nname = \"A\"\n\n[[apps]]\nname = \"B\"\nredirect_uris = [\n  \"http://a\",\n  \"http://b\",\n]\n";

    #[test]
    fn a_path_is_found_by_line_and_column() {
        for (path, line, column) in [
            ("settings", 2, 1),
            ("settings.profile", 3, 11),
            ("apps[0]", 5, 1),
            ("apps[0].name", 6, 8),
            ("apps[1].redirect_uris", 10, 17),
            ("apps[1].redirect_uris[1]", 12, 3),
        ] {
            assert_eq!(
                Position::of(TEXT, path),
                Position { line, column },
                "{path}"
            );
        }
    }

    #[test]
    fn what_the_file_leaves_out_is_said_to_stand_at_the_table_around_it() {
        assert_eq!(
            Position::of(TEXT, "apps[1].scopes"),
            Position { line: 8, column: 1 }
        );
        assert_eq!(
            Position::of(TEXT, "apps[1].redirect_uris[7]"),
            Position {
                line: 10,
                column: 17
            }
        );
        assert_eq!(
            Position::of(TEXT, "personas[0]"),
            Position { line: 1, column: 1 }
        );
    }

    #[test]
    fn columns_count_characters_and_any_offset_is_safe() {
        assert_eq!(Position::at("aü\nb", 3), Position { line: 1, column: 3 });
        assert_eq!(Position::at("aü\nb", 2), Position { line: 1, column: 2 });
        assert_eq!(Position::at("aü\nb", 4), Position { line: 2, column: 1 });
        assert_eq!(Position::at("aü\nb", 99), Position { line: 2, column: 2 });
    }
}
