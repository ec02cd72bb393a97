//! Node.js, without dependencies.

use askama::Template as _;

use super::app::{Claimed, Look};
use super::program::{Part, Program};
use super::requests::Body;
use super::values::{Piece, Var};
use super::{Dialect, HandedOver, camel, env};

#[derive(askama::Template)]
#[template(path = "hand_over/walk.mjs", escape = "none")]
struct Script<'p> {
    p: &'p Program,
    d: JavaScript,
    /// The command that runs it.
    run: &'p str,
}

struct JavaScript;

impl JavaScript {
    /// A member of an answer, and the variable that it becomes.
    fn taken(name: &str, var: &Var) -> String {
        match Self::name(var) {
            var if var == name => var,
            var => format!("{name}: {var}"),
        }
    }
}

impl Dialect for JavaScript {
    fn literal(text: &str) -> String {
        serde_json::Value::from(text).to_string()
    }

    fn name(var: &Var) -> String {
        match var {
            Var::Setting(_) => var.snake().to_ascii_uppercase(),
            var => camel(&var.snake()),
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
                inner
                    .replace("\\\"", "\"")
                    .replace('`', "\\`")
                    .replace("${", "\\${")
            }
            Piece::Var(var) => format!("${{{}}}", Self::name(var)),
        });
        format!("`{}`", pieces.collect::<String>())
    }
}

pub(super) fn written(program: &Program) -> Result<HandedOver, askama::Error> {
    let file_name = format!("{}.mjs", program.package);
    let run = env::run(program, &format!("node --env-file=.env {file_name}"));
    let script = Script {
        p: program,
        d: JavaScript,
        run: &run,
    };
    Ok(HandedOver {
        text: script.render()? + "\n",
        run: vec![run],
        file_name,
        beside: Vec::new(),
    })
}
