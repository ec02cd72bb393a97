//! The language that exchanges are filtered with: `status:4xx (app:"Demo Web App" or service:clinical) -is:pinned took>100ms`.
//!
//! Conditions side by side must all hold; `or` and parentheses join them otherwise, `not` or a `-` before one turns it
//! round, and everything that is no condition is looked for in the text of requests and answers. A text is parsed into
//! a [`Filter`], which prints as a text that parses to the same, and reads aloud as a sentence ([`Filter::sentence`]).
//! What is wrong with a text is told with its place and with what to write instead ([`FilterError`]).
//!
//! To add a field: one line in [`field`], a case in `value` where its value is read, one in `sentence` where it is
//! said, and one in the store where it becomes SQL; the compiler names the last three.

mod field;
mod lexer;
mod parser;
mod sentence;
mod value;

#[cfg(test)]
mod tests;

use std::fmt;

use super::time::Timestamp;

pub use field::{Comparing, Field, Flag};
pub use parser::Reading;

/// Most characters of a text that is read as a filter.
pub const LONGEST: usize = 2000;
/// Most conditions of a filter.
pub const MOST_CONDITIONS: usize = 100;
/// Deepest that parentheses and `not` may stand in one another.
pub const DEEPEST: usize = 20;

/// Which exchanges are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Filter {
    /// Every one.
    #[default]
    Everything,
    /// Those for which all of these hold; two at least, none of them an `All`.
    All(Vec<Self>),
    /// Those for which one of these holds; two at least, none of them an `Any`.
    Any(Vec<Self>),
    /// Those for which it does not hold.
    Not(Box<Self>),
    /// Those for which the condition holds.
    One(Condition),
}

/// One thing that holds for an exchange or does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Its words stand one after the other in the request or in the answer, case aside; the last may go on.
    Text(String),
    /// What its status is.
    Status(StatusTest),
    /// What stands in a field; [`Field::comparing`] says how it is compared.
    Word(Field, String),
    /// How long it took, in microseconds from the first byte in to the last byte out.
    Took(Comparison, u64),
    /// How many bytes went over the wire, both ways together.
    Size(Comparison, u64),
    /// That it began before that moment (sandbox time).
    Before(When),
    /// That it began at that moment or after it (sandbox time).
    After(When),
    /// What else is to be said of it.
    Is(Flag),
}

/// What is asked of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusTest {
    /// Nothing was answered.
    Missing,
    /// Its first digit, 1 to 5.
    Class(u8),
    /// How it compares with a status; one that was not answered has none, and no comparison holds.
    Is(Comparison, u16),
}

/// How two numbers compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// The same.
    Equal,
    /// More.
    Over,
    /// As much or more.
    AtLeast,
    /// Less.
    Under,
    /// As much or less.
    AtMost,
}

impl Comparison {
    /// As it is written: `=`, `>`, `>=`, `<`, `<=`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Over => ">",
            Self::AtLeast => ">=",
            Self::Under => "<",
            Self::AtMost => "<=",
        }
    }
}

/// A moment of sandbox time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// This one.
    At(Timestamp),
    /// So many milliseconds before the filter is used.
    Ago(i64),
}

impl When {
    /// The moment, when the filter is used at `now`.
    #[must_use]
    pub const fn at(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(moment) => moment,
            Self::Ago(millis) => now.plus_millis(-millis),
        }
    }
}

/// What is wrong with a text, where, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at character {}); {fix}", start + 1)]
pub struct FilterError {
    /// The first character that is wrong, counted from 0.
    pub start: usize,
    /// One past the last; as `start` when something is missing there.
    pub end: usize,
    /// What is wrong.
    pub message: String,
    /// What to write.
    pub fix: String,
}

/// A part of a text, for whoever shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its first character, counted from 0.
    pub start: usize,
    /// One past its last character.
    pub end: usize,
    /// What it is.
    pub kind: TokenKind,
}

/// What a part of a text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenKind {
    /// `(`.
    Open,
    /// `)`.
    Close,
    /// `and`.
    And,
    /// `or`.
    Or,
    /// `not` or `-`.
    Not,
    /// A condition; none when its value can't be read.
    Condition(Option<Condition>),
}

impl Filter {
    /// Reads a text. An empty one asks for everything.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        Self::read(text).filter
    }

    /// Reads a text into its parts as well, which are there even when something is wrong with it.
    #[must_use]
    pub fn read(text: &str) -> Reading {
        parser::read(text)
    }

    /// Those that fit this filter and `other`.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let parts = |filter| match filter {
            Self::Everything => Vec::new(),
            Self::All(parts) => parts,
            one => vec![one],
        };
        let mut all = parts(self);
        all.extend(parts(other));
        match all.len() {
            0 => Self::Everything,
            1 => all.remove(0),
            _ => Self::All(all),
        }
    }

    /// What it asks for, in words: `POST requests answered with a 4xx status that were not refused`.
    #[must_use]
    pub fn sentence(&self) -> String {
        sentence::of(self)
    }

    /// Every condition in it, in the order of the text.
    #[must_use]
    pub fn conditions(&self) -> Vec<&Condition> {
        match self {
            Self::Everything => Vec::new(),
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().flat_map(Self::conditions).collect()
            }
            Self::Not(inner) => inner.conditions(),
            Self::One(condition) => vec![condition],
        }
    }
}

impl Condition {
    /// What it says of an exchange, in words: `were answered with a 4xx status`.
    #[must_use]
    pub fn says(&self) -> String {
        sentence::verb(self, false)
    }
}

impl From<Condition> for Filter {
    fn from(condition: Condition) -> Self {
        Self::One(condition)
    }
}

/// As a text that parses to the same.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, parts: &[Self], by: &str| {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    f.write_str(by)?;
                }
                if matches!(part, Self::Any(_)) {
                    write!(f, "({part})")?;
                } else {
                    write!(f, "{part}")?;
                }
            }
            Ok(())
        };
        match self {
            Self::Everything => Ok(()),
            Self::All(parts) => joined(f, parts, " "),
            Self::Any(parts) => joined(f, parts, " or "),
            Self::Not(inner) if matches!(**inner, Self::All(_) | Self::Any(_)) => {
                write!(f, "not ({inner})")
            }
            Self::Not(inner) => write!(f, "not {inner}"),
            Self::One(condition) => write!(f, "{condition}"),
        }
    }
}

/// As a text that parses to the same.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        value::print(self, f)
    }
}
