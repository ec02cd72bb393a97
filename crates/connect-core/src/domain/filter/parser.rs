//! From parts to a filter.

use super::lexer::{self, Lexeme, LexemeKind};
use super::value::Written;
use super::{Condition, DEEPEST, Filter, FilterError, MOST_CONDITIONS, Token, TokenKind};

/// What was read of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Its parts, in order; when something is wrong, those before it and what could be read after it.
    pub tokens: Vec<Token>,
    /// What it asks for.
    pub filter: Result<Filter, FilterError>,
}

pub(super) fn read(text: &str) -> Reading {
    let (lexemes, mut error) = lexer::read(text);
    let tokens: Vec<Token> = lexemes
        .iter()
        .map(|lexeme| {
            let kind = kind(lexeme).unwrap_or_else(|wrong| {
                // The first in the text is told: the lexer stopped behind all of these.
                if error.as_ref().is_none_or(|first| wrong.start < first.start) {
                    error = Some(wrong);
                }
                TokenKind::Condition(None)
            });
            Token {
                start: lexeme.start,
                end: lexeme.end,
                kind,
            }
        })
        .collect();
    let filter = match error {
        Some(error) => Err(error),
        None => Parser {
            tokens: &tokens,
            at: 0,
            end: text.chars().count(),
            conditions: 0,
        }
        .whole(),
    };
    Reading { tokens, filter }
}

fn kind(lexeme: &Lexeme) -> Result<TokenKind, FilterError> {
    Ok(match &lexeme.kind {
        LexemeKind::Open => TokenKind::Open,
        LexemeKind::Close => TokenKind::Close,
        LexemeKind::And => TokenKind::And,
        LexemeKind::Or => TokenKind::Or,
        LexemeKind::Not => TokenKind::Not,
        LexemeKind::Text(text) if text.chars().any(char::is_alphanumeric) => {
            TokenKind::Condition(Some(Condition::Text(text.clone())))
        }
        LexemeKind::Text(text) => {
            return Err(FilterError {
                start: lexeme.start,
                end: lexeme.end,
                message: format!("`{text}` has no letter and no digit to look for"),
                fix: "write at least one word, or leave it out".to_owned(),
            });
        }
        LexemeKind::Field {
            field,
            operator,
            value,
            value_start,
        } => {
            let written = Written {
                field: *field,
                operator,
                value,
                start: lexeme.start,
                value_start: *value_start,
                end: lexeme.end,
            };
            TokenKind::Condition(Some(written.read()?))
        }
    })
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    /// Characters of the whole text.
    end: usize,
    conditions: usize,
}

impl Parser<'_> {
    fn whole(mut self) -> Result<Filter, FilterError> {
        if self.tokens.is_empty() {
            return Ok(Filter::Everything);
        }
        let filter = self.any(0)?;
        match self.tokens.get(self.at) {
            None => Ok(filter),
            Some(_) => Err(self.wrong("This parenthesis closes nothing", "take it away")),
        }
    }

    /// At the present token, or at the end.
    fn wrong(&self, message: &str, fix: &str) -> FilterError {
        let (start, end) = match self.tokens.get(self.at) {
            Some(token) => (token.start, token.end),
            None => (self.end, self.end),
        };
        FilterError {
            start,
            end,
            message: message.to_owned(),
            fix: fix.to_owned(),
        }
    }

    fn next_is(&self, kind: &TokenKind) -> bool {
        self.tokens
            .get(self.at)
            .is_some_and(|token| token.kind == *kind)
    }

    /// Parts joined by `or`.
    fn any(&mut self, depth: usize) -> Result<Filter, FilterError> {
        let mut parts = vec![self.all(depth)?];
        while self.next_is(&TokenKind::Or) {
            self.at += 1;
            parts.push(self.all(depth)?);
        }
        Ok(joined(parts, Filter::Any, |part| match part {
            Filter::Any(parts) => Ok(parts),
            other => Err(other),
        }))
    }

    /// Parts side by side.
    fn all(&mut self, depth: usize) -> Result<Filter, FilterError> {
        let mut parts = vec![self.part(depth)?];
        loop {
            if self.next_is(&TokenKind::And) {
                self.at += 1;
            } else if self.at >= self.tokens.len()
                || self.next_is(&TokenKind::Or)
                || self.next_is(&TokenKind::Close)
            {
                break;
            }
            parts.push(self.part(depth)?);
        }
        Ok(joined(parts, Filter::All, |part| match part {
            Filter::All(parts) => Ok(parts),
            other => Err(other),
        }))
    }

    fn part(&mut self, depth: usize) -> Result<Filter, FilterError> {
        if depth > DEEPEST {
            return Err(self.wrong(
                "Parentheses and `not` stand too deep in one another",
                "say it in fewer levels",
            ));
        }
        let Some(token) = self.tokens.get(self.at) else {
            return Err(self.wrong(
                "The filter ends where a condition must follow",
                "add a condition, or take the last word away",
            ));
        };
        match &token.kind {
            TokenKind::Not => {
                self.at += 1;
                Ok(Filter::Not(Box::new(self.part(depth + 1)?)))
            }
            TokenKind::Open => {
                let opened = self.at;
                self.at += 1;
                if self.next_is(&TokenKind::Close) {
                    return Err(self.wrong(
                        "Nothing stands between these parentheses",
                        "write a condition in them, or take them away",
                    ));
                }
                let inner = self.any(depth + 1)?;
                if !self.next_is(&TokenKind::Close) {
                    self.at = opened;
                    return Err(self.wrong("This parenthesis is never closed", "add a `)`"));
                }
                self.at += 1;
                Ok(inner)
            }
            TokenKind::Condition(Some(condition)) => {
                self.conditions += 1;
                if self.conditions > MOST_CONDITIONS {
                    return Err(self.wrong(
                        "There are too many conditions",
                        &format!("keep to {MOST_CONDITIONS}"),
                    ));
                }
                self.at += 1;
                Ok(Filter::One(condition.clone()))
            }
            TokenKind::Close | TokenKind::And | TokenKind::Or | TokenKind::Condition(None) => {
                Err(self.wrong(
                    "A condition must stand here",
                    "add one before it, take it away, or put quotes around a word to look for it",
                ))
            }
        }
    }
}

/// One part as it is, several joined; what is joined the same way already is taken apart first.
fn joined(
    parts: Vec<Filter>,
    join: fn(Vec<Filter>) -> Filter,
    apart: fn(Filter) -> Result<Vec<Filter>, Filter>,
) -> Filter {
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match apart(part) {
            Ok(parts) => flat.extend(parts),
            Err(part) => flat.push(part),
        }
    }
    if flat.len() == 1 {
        return flat.remove(0);
    }
    join(flat)
}
