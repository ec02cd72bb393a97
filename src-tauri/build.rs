//! Reads the configuration at the root of the repository, and declares the two commands that the window may be allowed.

use tauri_build::{AppManifest, Attributes};

fn main() {
    let attributes = Attributes::new()
        .config_path("../tauri.conf.json")
        .app_manifest(AppManifest::new().commands(&["rpc", "changes"]));
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("{error:#}");
    }
}
