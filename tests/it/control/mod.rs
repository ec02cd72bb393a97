//! The control surface: every command answers what is right and refuses what is wrong; over TCP it opens to one token
//! and no other origin or host; over the local socket to its owner; and changes are told as they happen.

mod commands;
mod events;
mod meant;
mod rows;
#[cfg(unix)]
mod socket;
mod tcp;
mod together;

use connect_rpc::ErrorCode;
use serde_json::{Value, json};

use crate::support::http::{Answer, send};
use crate::support::{Request, Sandbox, text};

/// What every `/rpc` call over TCP shares.
struct Tcp<'s> {
    authority: String,
    token: String,
    sandbox: &'s Sandbox,
}

impl<'s> Tcp<'s> {
    fn of(sandbox: &'s Sandbox) -> Self {
        let control = sandbox
            .app
            .control()
            .expect("a control listener was asked for");
        let authority = control
            .url
            .strip_prefix("http://")
            .expect("a plain listener")
            .to_owned();
        Self {
            authority,
            token: control.token,
            sandbox,
        }
    }

    fn call(command: &str, payload: &Value) -> Request {
        Request::post("/rpc").json(&json!({ "cmd": command, "payload": payload }))
    }

    async fn send(&self, request: &Request) -> Answer {
        send(&self.authority, request).await
    }

    async fn rpc(&self, command: &str, payload: Value) -> Answer {
        self.send(&Self::call(command, &payload).bearer(&self.token))
            .await
    }
}

fn is_error(answer: &Answer, code: ErrorCode) {
    assert_eq!(answer.status, code.status(), "{answer}");
    let body = answer.json();
    assert_eq!(
        body["code"],
        serde_json::to_value(code).expect("a word"),
        "{answer}"
    );
    let mut members: Vec<&String> = body.as_object().expect("an object").keys().collect();
    members.sort();
    assert_eq!(members, ["code", "detail", "message"], "{answer}");
    assert!(!text(&body["message"]).is_empty());
}
