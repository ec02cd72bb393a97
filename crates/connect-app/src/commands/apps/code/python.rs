//! Python, with Flask where a person comes by.

use askama::Template as _;

use super::wanted::Wanted;
use super::{Code, Made, RUN, Template, file, no_way_back, step};

const TITLE: &str = "Python with Flask";

#[derive(askama::Template)]
#[template(path = "code/python/app.py", escape = "none")]
struct FlaskApp<'w> {
    w: &'w Wanted,
}

#[derive(askama::Template)]
#[template(path = "code/python/requirements.txt", escape = "none")]
struct Requirements;

#[derive(askama::Template)]
#[template(path = "code/python/machine_requirements.txt", escape = "none")]
struct MachineRequirements;

#[derive(askama::Template)]
#[template(path = "code/python/machine.py", escape = "none")]
struct Token<'w> {
    w: &'w Wanted,
}

const INSTALL: &str = "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt";

pub(super) fn person(wanted: &Wanted) -> Template {
    let Some(way) = wanted.way() else {
        return Ok(no_way_back(TITLE));
    };
    let app = FlaskApp { w: wanted };
    let mut notes = vec![
        "Flask's own server is for development; in production any WSGI server runs `app:app`."
            .to_owned(),
    ];
    notes.extend(way.note(5000));
    Ok(Made::Code(Code {
        title: TITLE,
        files: vec![
            file("app.py", "python", &app.render()?),
            file("requirements.txt", "text", &Requirements.render()?),
        ],
        requires: vec!["Python 3.10 or newer"],
        steps: vec![
            step("Install Flask and Requests.", INSTALL),
            step(
                "Start it, and open the page that it names.",
                ".venv/bin/python app.py",
            ),
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
        title: "Python",
        files: vec![
            // Not `token.py`: Python has a module of that name.
            file("machine.py", "python", &token.render()?),
            file("requirements.txt", "text", &MachineRequirements.render()?),
        ],
        requires: vec!["Python 3.10 or newer"],
        steps: vec![
            step("Install Requests.", INSTALL),
            step("Run it.", ".venv/bin/python machine.py"),
        ],
        notes: Vec::new(),
        from_env: true,
        has_page: false,
        proof: RUN,
    }))
}
