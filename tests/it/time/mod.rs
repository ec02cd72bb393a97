//! The sandbox clock: everything dies at its time without waiting, what fell due is told in order, and other programs
//! with clocks of their own still understand the tokens.

mod advance;
mod ends;
mod kept;

use connect_app::Config;
use connect_core::Timestamp;
use connect_testkit::seeded_env;
use serde_json::Value;

use crate::support::{MAYA, Sandbox};

/// A sandbox whose wall clock stands still: only what is advanced passes.
async fn still() -> Sandbox {
    let (env, _) = seeded_env();
    Sandbox::of(
        Config {
            auto_approve: Some(MAYA.to_owned()),
            ..Config::ephemeral()
        },
        env,
    )
    .await
}

/// What fell due, by name.
fn due(advanced: &Value) -> Vec<&str> {
    advanced["due"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|due| due["what"].as_str().expect("a word"))
        .collect()
}

fn at(value: &Value) -> Timestamp {
    serde_json::from_value(value.clone()).expect("a time")
}
