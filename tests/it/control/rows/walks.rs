//! The commands of the simulator.

use connect_rpc::ErrorCode::{BadRequest, Conflict, Invalid, NotConfirmed, NotFound};
use serde_json::{Value, json};

use super::{Row, row};
use crate::support::Sandbox;

/// Commands of the client simulator, in an order in which all of them work.
pub(super) async fn rows(sandbox: &Sandbox) -> Vec<Row> {
    let started = sandbox
        .rpc("simulator_start", json!({ "name": "Rows" }))
        .await;
    let walk = json!({ "session": started["summary"]["session"] });
    let nothing = json!({ "session": "walk_made_up" });
    let with = |members: Value| {
        let mut all = walk.as_object().expect("an object").clone();
        all.extend(members.as_object().expect("an object").clone());
        Value::Object(all)
    };
    let extra = json!({ "surprise": true });
    let other = json!({ "base_url": "https://staging.example.com" });
    vec![
        row("simulator_list", json!({}), extra.clone(), BadRequest),
        row("simulator_choices", json!({}), extra, BadRequest),
        row("simulator_tampers", walk.clone(), nothing.clone(), NotFound),
        row(
            "simulator_start",
            json!({ "setup": { "scopes": ["openid"] } }),
            json!({ "setup": { "app": "No Such App" } }),
            NotFound,
        ),
        row("simulator_get", walk.clone(), nothing.clone(), NotFound),
        row(
            "simulator_update",
            with(json!({ "name": "Rows, named", "kept": true })),
            with(json!({ "name": "" })),
            Invalid,
        ),
        row(
            "simulator_duplicate",
            walk.clone(),
            nothing.clone(),
            NotFound,
        ),
        row(
            "simulator_plan",
            with(json!({ "step": "token" })),
            with(json!({ "step": "configure", "tamper": "made_up" })),
            Invalid,
        ),
        row(
            "simulator_run",
            with(json!({ "step": "configure" })),
            with(json!({ "step": "token" })),
            Conflict,
        ),
        // Only while the walk waits for one: see simulator/ways.rs.
        Row {
            command: "simulator_callback",
            good: None,
            bad: with(json!({ "url": "http://localhost:3000/callback?code=1" })),
            code: Conflict,
        },
        row("simulator_run_all", walk.clone(), nothing.clone(), NotFound),
        row(
            "simulator_go",
            with(json!({ "step": "token" })),
            with(json!({ "step": "lunch" })),
            BadRequest,
        ),
        row(
            "simulator_exchange",
            with(json!({ "exchange": 1 })),
            with(json!({ "exchange": 9999 })),
            NotFound,
        ),
        row(
            "simulator_reveal",
            with(json!({ "exchange": 1 })),
            with(json!({ "exchange": 9999 })),
            NotFound,
        ),
        row(
            "simulator_copy_as",
            with(json!({ "exchange": 1, "format": "curl" })),
            with(json!({ "exchange": 1, "format": "telegram" })),
            BadRequest,
        ),
        row(
            "simulator_diagram",
            with(json!({ "format": "svg" })),
            with(json!({ "format": "oil" })),
            BadRequest,
        ),
        row(
            "simulator_hand_over",
            with(json!({ "form": "text" })),
            with(json!({ "form": "song" })),
            BadRequest,
        ),
        row("simulator_restart", walk.clone(), nothing.clone(), NotFound),
        row("simulator_cancel", walk.clone(), nothing.clone(), NotFound),
        row(
            "simulator_unlock",
            json!({ "base_url": "https://staging.example.com", "confirm": "staging.example.com", "client_id": "abc" }),
            json!({ "base_url": "https://staging.example.com", "confirm": "yes" }),
            NotConfirmed,
        ),
        row(
            "simulator_lock",
            other,
            json!({ "base_url": "https://never.example.com" }),
            NotFound,
        ),
        row("simulator_delete", walk.clone(), nothing, NotFound),
    ]
}
