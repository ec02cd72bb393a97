//! A session to take away: programs that do what was done in it, and its story as text. No credential of the session is
//! in any of them: programs read what they need from the environment, by the names that `connect-sandbox env` has.
//!
//! A program is made of the requests as they were sent ([`program`]): what went wrong on purpose goes wrong in it too. To
//! add a language: a [`Dialect`], its template in `templates/hand_over`, and its run in `tests/clients`.

mod app;
mod curl;
mod env;
mod node;
mod program;
mod python;
mod requests;
mod rust;
#[cfg(test)]
mod tests;
mod text;
mod values;
mod way;

use std::collections::BTreeMap;

use crate::mask::Mask;
use crate::session::{Bytes, Session};

use self::program::Program;
use self::values::{Piece, Text, Var};

/// In which form a session is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A shell script around `curl`.
    Curl,
    /// A program for Node.js, without dependencies.
    Node,
    /// A program for Python 3, with its standard library alone.
    Python,
    /// A program in Rust.
    Rust,
    /// The steps as Markdown, credentials masked.
    Text,
}

/// A session in a form that somebody else can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedOver {
    /// The text.
    pub text: String,
    /// A name for its file.
    pub file_name: String,
    /// Further files that belong to it: name and text.
    pub beside: Vec<(String, String)>,
    /// How it is run, a line for each command; empty for text.
    pub run: Vec<String>,
}

/// Hands a session over, set-aside runs left out. `bytes` are those of its exchanges by number; an exchange without is
/// named, but not repeated. `data_dir` is where this sandbox is, when it is not where `connect-sandbox` looks by itself.
///
/// What a program needs to know of this sandbox it is told by `connect-sandbox env`; what it needs to know of another target
/// is in a `.env` beside it, the client secret left out.
///
/// # Errors
/// When a template fails, which none does.
pub fn hand_over(
    session: &Session,
    bytes: &BTreeMap<u32, Bytes>,
    form: Form,
    data_dir: Option<&str>,
) -> Result<HandedOver, askama::Error> {
    let mask = Mask::and_verifiers(session);
    if form == Form::Text {
        return Ok(HandedOver {
            text: text::markdown(session, bytes, &mask),
            file_name: format!("{}.md", package(&session.name)),
            beside: Vec::new(),
            run: Vec::new(),
        });
    }
    let mut program = Program::of(session, bytes, &mask);
    if form == Form::Node {
        program.apart = env::misread_by_node(session, &program);
    }
    if session.target.own {
        program.prepared_by = env::commands(session, &program, data_dir);
    }
    let mut handed = match form {
        Form::Curl | Form::Text => curl::written(&program)?,
        Form::Node => node::written(&program)?,
        Form::Python => python::written(&program)?,
        Form::Rust => rust::written(&program)?,
    };
    // Nothing is left to be found; if it were, a marker is better than a secret.
    handed.text = mask.text(&handed.text);
    if !session.target.own {
        let text = env::dotenv(session, &program);
        handed.beside.push((".env".to_owned(), mask.text(&text)));
    }
    handed.run.splice(0..0, program.prepared_by);
    Ok(handed)
}

/// How a language writes values.
trait Dialect {
    /// A text in quotes.
    fn literal(text: &str) -> String;
    /// The name of a variable.
    fn name(var: &Var) -> String;
    /// A text made of pieces.
    fn mixed(text: &[Piece]) -> String;

    /// A text as an expression.
    fn text(&self, text: &Text) -> String {
        match text.0.as_slice() {
            [] => Self::literal(""),
            [Piece::Text(text)] => Self::literal(text),
            pieces => Self::mixed(pieces),
        }
    }

    /// A text of ours as an expression.
    fn quoted(&self, text: &str) -> String {
        Self::literal(text)
    }

    /// The name of a variable.
    fn var(&self, var: &Var) -> String {
        Self::name(var)
    }
}

/// `accessToken2` for `access_token_2`.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut out = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(word.len().min(1));
        out.push_str(&first.to_ascii_uppercase());
        out.push_str(rest);
    }
    out
}

/// A text that ends no comment and no text in quotes.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '"' | '`' => '\'',
            '\\' | '$' => '/',
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => ' ',
            c => c,
        })
        .collect::<String>()
        .replace("*/", "* /")
}

/// A name that files and packages can have.
fn package(name: &str) -> String {
    let words: Vec<String> = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    match words.first() {
        Some(first) if first.starts_with(|c: char| c.is_ascii_alphabetic()) => words.join("-"),
        Some(_) => format!("walk-{}", words.join("-")),
        None => "walk".to_owned(),
    }
}
