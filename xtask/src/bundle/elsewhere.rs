//! What a package for Windows or a Mac needs beyond Tauri's own: the command line, and the licences, ours and others'.

use std::env::consts::EXE_SUFFIX;
use std::path::Path;

use serde_json::{Value, json};

use super::NOTICES;
use crate::run::SANDBOX;

/// Our own licences, at the root.
const OURS: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];

/// Fills in a configuration for Tauri's bundler: papers lie among the resources; programs beside the console's, which a
/// Mac keeps apart.
pub(super) fn fill(configuration: &mut Value, root: &Path, programs: &Path) {
    let sandbox = programs.join(format!("{SANDBOX}{EXE_SUFFIX}"));
    let name = |path: &Path| path.to_string_lossy().into_owned();
    let bundle = &mut configuration["bundle"];
    bundle["macOS"]["files"] = json!({ format!("MacOS/{SANDBOX}"): sandbox });
    let mut resources = serde_json::Map::new();
    for paper in OURS {
        resources.insert(name(&root.join(paper)), json!(format!("{paper}.txt")));
    }
    let notices = programs.join(NOTICES);
    resources.insert(name(&notices), json!(format!("{NOTICES}.txt")));
    if !cfg!(target_os = "macos") {
        resources.insert(name(&sandbox), json!(format!("{SANDBOX}{EXE_SUFFIX}")));
    }
    bundle["resources"] = Value::Object(resources);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn papers_go_along_and_the_command_line_too() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut configuration: Value =
            serde_json::from_str(include_str!("../../../tauri.conf.json")).expect("JSON");
        fill(&mut configuration, &root, Path::new("/t/release"));
        let bundle = &configuration["bundle"];
        let resources = bundle["resources"].as_object().expect("a map");
        let packed: Vec<&str> = resources.values().filter_map(Value::as_str).collect();
        for paper in [
            "LICENSE-MIT.txt",
            "LICENSE-APACHE.txt",
            "third-party-licences.txt",
        ] {
            assert!(packed.contains(&paper), "{paper}: {packed:?}");
        }
        for paper in OURS {
            assert!(root.join(paper).is_file(), "{paper}");
        }
        let sandbox = Path::new("/t/release").join(format!("connect-sandbox{EXE_SUFFIX}"));
        assert_eq!(
            bundle["macOS"]["files"]["MacOS/connect-sandbox"],
            json!(sandbox)
        );
    }
}
