//! What the window is allowed, as it is written down.

use std::path::Path;

use serde_json::{Value, json};

fn read(path: &str) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = std::fs::read_to_string(root.join(path)).expect("the file is there");
    serde_json::from_str(&text).expect("it is JSON")
}

#[test]
fn the_window_may_call_two_commands_and_nothing_of_tauri() {
    let capability = read("src-tauri/capabilities/main.json");
    assert_eq!(capability["windows"], json!(["main"]));
    assert_eq!(
        capability["permissions"],
        json!(["allow-rpc", "allow-changes"])
    );
    assert!(capability.get("remote").is_none() && capability.get("webviews").is_none());
    let all = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("capabilities"));
    assert_eq!(all.expect("the directory is there").count(), 1);
    let configuration = read("tauri.conf.json");
    let security = &configuration["app"]["security"];
    assert_eq!(security["capabilities"], json!(["main"]));
}

/// A pattern such as `*` would let the windows of walks in, which show somebody else's pages.
#[test]
fn no_other_window_is_named_and_no_other_origin() {
    let capability = read("src-tauri/capabilities/main.json");
    let members = capability.as_object().expect("an object");
    let mut names: Vec<&str> = members.keys().map(String::as_str).collect();
    names.sort_unstable();
    let expected = [
        "$schema",
        "description",
        "identifier",
        "permissions",
        "windows",
    ];
    assert_eq!(names, expected);
    for window in capability["windows"].as_array().expect("a list") {
        let label = window.as_str().expect("a label");
        let is_plain = label.chars().all(|c| c.is_ascii_lowercase());
        assert!(is_plain && !label.starts_with("walk"), "{label}");
    }
}

#[test]
fn the_page_runs_nothing_but_its_own_files_and_speaks_to_nobody() {
    let configuration = read("tauri.conf.json");
    let app = &configuration["app"];
    assert_eq!(app["withGlobalTauri"], false);
    // The window is opened by the program, which says where it may go.
    assert_eq!(app["windows"], json!([]));
    let security = &app["security"];
    assert_eq!(security["freezePrototype"], true);
    assert_eq!(
        security["csp"],
        json!({
            "default-src": "'none'",
            "script-src": "'self'",
            "style-src": "'self'",
            "img-src": "'self' data:",
            "font-src": "'self'",
            "connect-src": "ipc: http://ipc.localhost",
            "frame-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "object-src": "'none'",
        })
    );
    for loosened in [
        "devCsp",
        "dangerousDisableAssetCspModification",
        "assetProtocol",
    ] {
        assert!(security.get(loosened).is_none(), "{loosened}");
    }
}
