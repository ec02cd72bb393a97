//! Rust, with the oauth2 crate.

use askama::Template as _;

use super::wanted::Wanted;
use super::{Code, Made, RUN, Template, file, no_way_back, step};

const TITLE: &str = "Rust";

#[derive(askama::Template)]
#[template(path = "code/rust/main.rs.txt", escape = "none")]
struct Main<'w> {
    w: &'w Wanted,
}

#[derive(askama::Template)]
#[template(path = "code/rust/machine.rs.txt", escape = "none")]
struct Machine<'w> {
    w: &'w Wanted,
}

#[derive(askama::Template)]
#[template(path = "code/rust/Cargo.toml", escape = "none")]
struct Manifest<'w> {
    w: &'w Wanted,
}

fn manifest(wanted: &Wanted) -> Result<String, askama::Error> {
    Manifest { w: wanted }.render()
}

pub(super) fn person(wanted: &Wanted) -> Template {
    if wanted.way().is_none() {
        return Ok(no_way_back(TITLE));
    }
    let main = Main { w: wanted };
    Ok(Made::Code(Code {
        title: TITLE,
        files: vec![
            file("src/main.rs", "rust", &main.render()?),
            file("Cargo.toml", "toml", &manifest(wanted)?),
        ],
        requires: vec!["Rust 1.85 or newer"],
        steps: vec![step(
            "Run it, and open the address that it prints.",
            "cargo run",
        )],
        notes: vec![
            "The oauth2 crate knows no id_tokens: for openid take the openidconnect crate."
                .to_owned(),
        ],
        from_env: true,
        has_page: false,
        proof: RUN,
    }))
}

pub(super) fn machine(wanted: &Wanted) -> Template {
    let main = Machine { w: wanted };
    Ok(Made::Code(Code {
        title: TITLE,
        files: vec![
            file("src/main.rs", "rust", &main.render()?),
            file("Cargo.toml", "toml", &manifest(wanted)?),
        ],
        requires: vec!["Rust 1.85 or newer"],
        steps: vec![step("Run it.", "cargo run")],
        notes: Vec::new(),
        from_env: true,
        has_page: false,
        proof: RUN,
    }))
}
