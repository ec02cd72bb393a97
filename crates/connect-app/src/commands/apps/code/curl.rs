//! A POSIX shell script around curl and OpenSSL.

use askama::Template as _;

use super::wanted::{Wanted, Way};
use super::{Code, Made, RUN, Template, file, step};

#[derive(askama::Template)]
#[template(path = "code/curl/loop.sh", escape = "none")]
struct Script<'w> {
    w: &'w Wanted,
}

#[derive(askama::Template)]
#[template(path = "code/curl/token.sh", escape = "none")]
struct Token<'w> {
    w: &'w Wanted,
}

pub(super) fn person(wanted: &Wanted) -> Template {
    let script = Script { w: wanted };
    let mut notes = vec![
        "With auto-approve on, the sandbox answers at once and no browser is needed.".to_owned(),
        "A secret in the arguments of curl can be seen by other programs of this machine while it runs: this is for \
         trying things out."
            .to_owned(),
    ];
    if wanted.way() == Some(Way::Scheme) {
        notes.push(
            "A browser without the app shows an error at the end; the address to paste is in its address bar or in its \
             network log."
                .to_owned(),
        );
    }
    Ok(Made::Code(Code {
        title: "curl",
        files: vec![file("loop.sh", "shell", &script.render()?)],
        requires: vec!["curl 7.76 or newer", "OpenSSL"],
        steps: vec![
            step("Connect, and call an API.", "sh loop.sh connect"),
            step("Call it again.", "sh loop.sh data"),
            step("Refresh the tokens.", "sh loop.sh refresh"),
            step("Disconnect.", "sh loop.sh disconnect"),
        ],
        notes,
        from_env: true,
        has_page: false,
        proof: RUN,
    }))
}

pub(super) fn machine(wanted: &Wanted) -> Template {
    let token = Token { w: wanted };
    Ok(Made::Code(Code {
        title: "curl",
        files: vec![file("token.sh", "shell", &token.render()?)],
        requires: vec!["curl 7.76 or newer"],
        steps: vec![step("Run it.", "sh token.sh")],
        notes: Vec::new(),
        from_env: true,
        has_page: false,
        proof: RUN,
    }))
}
