//! Rust, with the crates that the ready code has, and one for JSON.

use askama::Template as _;

use super::app::{Claimed, Look};
use super::program::{Part, Program};
use super::requests::Body;
use super::values::{Piece, Var};
use super::{Dialect, HandedOver};

#[derive(askama::Template)]
#[template(path = "hand_over/main.rs.txt", escape = "none")]
struct Main<'p> {
    p: &'p Program,
    d: Rust,
}

#[derive(askama::Template)]
#[template(path = "hand_over/Cargo.toml", escape = "none")]
struct Manifest<'p> {
    p: &'p Program,
}

struct Rust;

impl Dialect for Rust {
    fn literal(text: &str) -> String {
        // `escape_debug` would write characters that combine as codes, which Rust reads too.
        format!("\"{}\"", text.escape_debug())
    }

    fn name(var: &Var) -> String {
        var.snake()
    }

    fn mixed(text: &[Piece]) -> String {
        if let [Piece::Var(var)] = text {
            return format!("&{}", Self::name(var));
        }
        let pieces = text.iter().map(|piece| match piece {
            Piece::Text(text) => {
                let text = text.escape_debug().to_string();
                // A code such as `\u{1b}` has braces of its own, which stay.
                escape_braces(&text)
            }
            Piece::Var(var) => format!("{{{}}}", Self::name(var)),
        });
        format!("&format!(\"{}\")", pieces.collect::<String>())
    }
}

/// Braces twice, but for those of `\u{…}`.
fn escape_braces(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_code = false;
    for c in text.chars() {
        let begins_code = c == '{' && out.ends_with("\\u");
        match c {
            '{' if begins_code => in_code = true,
            '}' if in_code => in_code = false,
            '{' | '}' => out.push(c),
            _ => {}
        }
        out.push(c);
    }
    out
}

pub(super) fn written(program: &Program) -> Result<HandedOver, askama::Error> {
    let main = Main {
        p: program,
        d: Rust,
    };
    let manifest = Manifest { p: program }.render()? + "\n";
    Ok(HandedOver {
        text: main.render()? + "\n",
        file_name: "src/main.rs".to_owned(),
        beside: vec![("Cargo.toml".to_owned(), manifest)],
        run: vec!["cargo run".to_owned()],
    })
}
