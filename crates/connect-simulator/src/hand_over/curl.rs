//! A POSIX shell script around curl and OpenSSL.

use askama::Template as _;
use connect_core::shell::{escaped, word};

use super::app::{Claimed, Look};
use super::program::{Part, Program};
use super::requests::Body;
use super::values::{Piece, Text, Var};
use super::{Dialect, HandedOver};

#[derive(askama::Template)]
#[template(path = "hand_over/walk.sh", escape = "none")]
struct Script<'p> {
    p: &'p Program,
    d: Shell,
}

struct Shell;

impl Dialect for Shell {
    fn literal(text: &str) -> String {
        format!("\"{}\"", escaped(text))
    }

    fn name(var: &Var) -> String {
        match var {
            Var::Setting(name) => name.clone(),
            Var::RedirectUri => "LOOP_REDIRECT_URI".to_owned(),
            // In capitals, as all of them: no name is one of the shell's own.
            other => other.snake().to_ascii_uppercase(),
        }
    }

    fn mixed(text: &[Piece]) -> String {
        let pieces = text.iter().map(|piece| match piece {
            Piece::Text(text) => escaped(text),
            Piece::Var(var) => format!("${{{}}}", Self::name(var)),
        });
        format!("\"{}\"", pieces.collect::<String>())
    }
}

impl Shell {
    /// A value as it stands in a query.
    fn coded(text: &str) -> String {
        form_urlencoded::byte_serialize(text.as_bytes()).collect()
    }

    /// A name, what stands between, and a value, in one pair of quotes.
    fn pair(name: &str, between: &str, text: &Text) -> String {
        let mut pieces = vec![Piece::Text(format!("{name}{between}"))];
        pieces.extend(text.0.iter().cloned());
        Self::mixed(&pieces)
    }
}

pub(super) fn written(program: &Program) -> Result<HandedOver, askama::Error> {
    let script = Script {
        p: program,
        d: Shell,
    };
    let file_name = format!("{}.sh", program.package);
    Ok(HandedOver {
        text: script.render()? + "\n",
        run: vec![format!("sh {file_name}")],
        file_name,
        beside: Vec::new(),
    })
}
