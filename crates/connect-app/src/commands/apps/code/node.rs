//! Node.js, with Express where a person comes by.

use askama::Template as _;

use super::wanted::Wanted;
use super::{Code, Made, RUN, Template, file, no_way_back, step};

const TITLE: &str = "Node.js with Express";

#[derive(askama::Template)]
#[template(path = "code/node/server.mjs", escape = "none")]
struct Server<'w> {
    w: &'w Wanted,
}

#[derive(askama::Template)]
#[template(path = "code/node/package.json", escape = "none")]
struct Package;

#[derive(askama::Template)]
#[template(path = "code/node/token.mjs", escape = "none")]
struct Token<'w> {
    w: &'w Wanted,
}

pub(super) fn person(wanted: &Wanted) -> Template {
    let Some(way) = wanted.way() else {
        return Ok(no_way_back(TITLE));
    };
    let server = Server { w: wanted };
    let notes = way.note(3000).into_iter().collect();
    Ok(Made::Code(Code {
        title: TITLE,
        files: vec![
            file("server.mjs", "javascript", &server.render()?),
            file("package.json", "json", &Package.render()?),
        ],
        requires: vec!["Node.js 20.6 or newer"],
        steps: vec![
            step("Install Express.", "npm install"),
            step("Start it, and open the page that it names.", "npm start"),
        ],
        notes,
        from_env: true,
        has_page: true,
        proof: RUN,
    }))
}

pub(super) fn machine(wanted: &Wanted) -> Template {
    let token = Token { w: wanted };
    Ok(Made::Code(Code {
        title: "Node.js",
        files: vec![file("token.mjs", "javascript", &token.render()?)],
        requires: vec!["Node.js 20.6 or newer"],
        steps: vec![step("Run it.", "node --env-file=.env token.mjs")],
        notes: Vec::new(),
        from_env: true,
        has_page: false,
        proof: RUN,
    }))
}
