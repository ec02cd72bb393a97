//! From characters to parts: parentheses, joining words, conditions, free text.

use super::field::Field;
use super::{FilterError, LONGEST};

/// A part of the text, its value not read yet.
#[derive(Debug)]
pub(super) struct Lexeme {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: LexemeKind,
}

#[derive(Debug)]
pub(super) enum LexemeKind {
    Open,
    Close,
    And,
    Or,
    Not,
    /// Free text.
    Text(String),
    /// `field:value`.
    Field {
        field: Field,
        /// `:` or a comparison.
        operator: &'static str,
        value: String,
        /// Where the value begins.
        value_start: usize,
    },
}

/// Longest first, so that `>=` is not taken for `>`.
const OPERATORS: [&str; 10] = [":>=", ":<=", ":>", ":<", ":", ">=", "<=", ">", "<", "="];

/// The parts, and the first thing that is no part.
pub(super) fn read(text: &str) -> (Vec<Lexeme>, Option<FilterError>) {
    let characters: Vec<char> = text.chars().collect();
    if characters.len() > LONGEST {
        let error = FilterError {
            start: LONGEST,
            end: characters.len(),
            message: format!("A filter of {} characters is too long", characters.len()),
            fix: format!("keep it within {LONGEST}"),
        };
        return (Vec::new(), Some(error));
    }
    let mut lexer = Lexer {
        characters,
        at: 0,
        found: Vec::new(),
    };
    let error = lexer.run().err();
    (lexer.found, error)
}

struct Lexer {
    characters: Vec<char>,
    at: usize,
    found: Vec<Lexeme>,
}

impl Lexer {
    fn run(&mut self) -> Result<(), FilterError> {
        while let Some(next) = self.peek(0) {
            let start = self.at;
            match next {
                blank if blank.is_whitespace() => self.at += 1,
                '(' => self.single(LexemeKind::Open),
                ')' => self.single(LexemeKind::Close),
                '-' if self.peek(1).is_some_and(begins_something) => self.single(LexemeKind::Not),
                '"' => {
                    let text = self.quoted()?;
                    self.push(start, LexemeKind::Text(text));
                }
                _ => self.word()?,
            }
        }
        Ok(())
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.at + ahead).copied()
    }

    fn push(&mut self, start: usize, kind: LexemeKind) {
        self.found.push(Lexeme {
            start,
            end: self.at,
            kind,
        });
    }

    fn single(&mut self, kind: LexemeKind) {
        self.at += 1;
        self.push(self.at - 1, kind);
    }

    /// What stands between two quotes; a quote or a backslash in it has a backslash before it.
    fn quoted(&mut self) -> Result<String, FilterError> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        while let Some(next) = self.peek(0) {
            self.at += 1;
            match next {
                '"' => return Ok(text),
                '\\' => match self.peek(0) {
                    Some(escaped @ ('"' | '\\')) => {
                        text.push(escaped);
                        self.at += 1;
                    }
                    _ => text.push('\\'),
                },
                other => text.push(other),
            }
        }
        Err(FilterError {
            start,
            end: self.characters.len(),
            message: "The quote that begins here does not end".to_owned(),
            fix: "add a closing \" (a quote within the text is written \\\")".to_owned(),
        })
    }

    /// What stands up to a blank, a parenthesis or a quote.
    fn bare(&mut self) -> String {
        let start = self.at;
        while self.peek(0).is_some_and(|next| !ends_bare(next)) {
            self.at += 1;
        }
        self.characters[start..self.at].iter().collect()
    }

    /// A condition, a joining word or free text.
    fn word(&mut self) -> Result<(), FilterError> {
        let start = self.at;
        let mut length = 0;
        while self
            .peek(length)
            .is_some_and(|next| next.is_ascii_alphabetic() || next == '_')
        {
            length += 1;
        }
        let name: String = self.characters[start..start + length].iter().collect();
        let operator = (length > 0).then(|| self.operator(length)).flatten();
        if let Some(operator) = operator {
            if let Some(field) = Field::named(&name) {
                self.at += length + operator.len();
                let value_start = self.at;
                let value = if self.peek(0) == Some('"') {
                    self.quoted()?
                } else {
                    self.bare()
                };
                self.push(
                    start,
                    LexemeKind::Field {
                        field,
                        operator: plain(operator),
                        value,
                        value_start,
                    },
                );
                return Ok(());
            }
            let is_url = self.peek(length + 1) == Some('/') && self.peek(length + 2) == Some('/');
            if operator.starts_with(':') && !is_url {
                return Err(unknown(&name, start, start + length));
            }
        }
        let text = self.bare();
        let kind = match text.to_ascii_lowercase().as_str() {
            "and" => LexemeKind::And,
            "or" => LexemeKind::Or,
            "not" => LexemeKind::Not,
            _ => LexemeKind::Text(text),
        };
        self.push(start, kind);
        Ok(())
    }

    fn operator(&self, ahead: usize) -> Option<&'static str> {
        OPERATORS.into_iter().find(|operator| {
            let mut characters = operator.chars().enumerate();
            characters.all(|(index, wanted)| self.peek(ahead + index) == Some(wanted))
        })
    }
}

/// `:` stands for `=` too, and may stand before a comparison.
fn plain(operator: &'static str) -> &'static str {
    match operator {
        "=" | ":" => ":",
        other => other.trim_start_matches(':'),
    }
}

fn ends_bare(character: char) -> bool {
    character.is_whitespace() || matches!(character, '(' | ')' | '"')
}

/// Whether a `-` before it turns it round.
fn begins_something(character: char) -> bool {
    !character.is_whitespace() && character != ')'
}

fn unknown(name: &str, start: usize, end: usize) -> FilterError {
    let lower = name.to_ascii_lowercase();
    let near = Field::ALL.iter().find(|field| {
        let known = field.name();
        known.starts_with(&lower) || lower.starts_with(known) || distance(known, &lower) <= 2
    });
    let known: Vec<&str> = Field::ALL.iter().map(|field| field.name()).collect();
    let fix = match near {
        Some(field) => format!(
            "write `{}:`, or put quotes around it to look for the text itself",
            field.name()
        ),
        None => format!(
            "the fields are {}; to look for the text itself, put quotes around it",
            known.join(", ")
        ),
    };
    FilterError {
        start,
        end,
        message: format!("There is no field `{name}`"),
        fix,
    }
}

/// How many letters must be changed, added or left out to make one word of the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (index, wanted) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (column, have) in b.iter().enumerate() {
            let changed = diagonal + usize::from(wanted != *have);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[b.len()]
}
