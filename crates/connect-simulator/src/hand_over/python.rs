//! Python 3, with its standard library alone.

use askama::Template as _;

use super::app::{Claimed, Look};
use super::program::{Part, Program};
use super::requests::Body;
use super::values::{Piece, Var};
use super::{Dialect, HandedOver};

#[derive(askama::Template)]
#[template(path = "hand_over/walk.py", escape = "none")]
struct Script<'p> {
    p: &'p Program,
    d: Python,
}

struct Python;

impl Dialect for Python {
    /// What JSON escapes, Python does too; characters beyond ASCII stand as they are in both.
    fn literal(text: &str) -> String {
        serde_json::Value::from(text).to_string()
    }

    fn name(var: &Var) -> String {
        match var {
            Var::Setting(_) => var.snake().to_ascii_uppercase(),
            var => var.snake(),
        }
    }

    fn mixed(text: &[Piece]) -> String {
        if let [Piece::Var(var)] = text {
            return Self::name(var);
        }
        let pieces = text.iter().map(|piece| match piece {
            Piece::Text(text) => {
                let quoted = Self::literal(text);
                let inner = &quoted[1..quoted.len() - 1];
                inner.replace('{', "{{").replace('}', "}}")
            }
            Piece::Var(var) => format!("{{{}}}", Self::name(var)),
        });
        format!("f\"{}\"", pieces.collect::<String>())
    }
}

pub(super) fn written(program: &Program) -> Result<HandedOver, askama::Error> {
    let script = Script {
        p: program,
        d: Python,
    };
    let file_name = format!("{}.py", program.package.replace('-', "_"));
    Ok(HandedOver {
        text: script.render()? + "\n",
        run: vec![format!("python3 {file_name}")],
        file_name,
        beside: Vec::new(),
    })
}
