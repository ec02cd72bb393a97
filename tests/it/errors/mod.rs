//! Every documented error that can arise without a fault, as documented (facts.md §10): status, code, description, page,
//! challenge; and every one of them explained to whoever asks why.

mod oauth;
mod services;
mod strict;

use serde_json::json;

use crate::support::{Sandbox, text};

/// Whatever was refused so far names its check, what it wanted, what it got, the clause and the fix.
async fn every_refusal_is_explained(sandbox: &Sandbox) {
    let list = sandbox.rpc("traffic_list", json!({ "limit": 1000 })).await;
    for exchange in list["exchanges"].as_array().expect("a list") {
        let what = format!("{} {}", exchange["method"], exchange["target"]);
        let explained = sandbox
            .rpc("traffic_explain", json!({ "exchange": exchange["id"] }))
            .await;
        let refusal = &explained["refusal"];
        if exchange["status"]
            .as_u64()
            .is_some_and(|status| status >= 400)
        {
            assert!(
                refusal.is_object(),
                "{what} is refused without a refusal: {exchange}"
            );
        }
        if refusal.is_null() {
            continue;
        }
        for member in [
            "check",
            "code",
            "description",
            "expected",
            "received",
            "clause",
            "fix",
        ] {
            assert!(
                !text(&refusal[member]).is_empty(),
                "{what}: no `{member}` in {refusal}"
            );
        }
        assert_eq!(exchange["refused_by"], refusal["check"], "{what}");
        let standing = text(&refusal["standing"]);
        assert!(
            ["documented", "standard", "assumed"].contains(&standing.as_str()),
            "{what}: {standing}"
        );
        let passed = explained["passed"].as_array().expect("a list");
        assert!(
            !passed.contains(&refusal["check"]),
            "{what}: {} passed and failed",
            refusal["check"]
        );
    }
}
