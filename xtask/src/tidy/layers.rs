//! Which of our crates may know which: dependencies point one way.
//!
//! `core ← wire, rpc, store ← identity, services, webhooks ← app ← hosts and tests`; the simulator plays a partner and
//! the inspector explains, so both know the vocabulary only.

use crate::step;
use crate::workspace::Workspace;

/// A crate, and all of our crates that it may depend on. `connect-testkit` is for tests and may be used by any of them.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("connect-core", &[]),
    ("connect-wire", &["connect-core"]),
    ("connect-rpc", &["connect-core"]),
    ("connect-inspector", &["connect-core"]),
    ("connect-simulator", &["connect-core", "connect-wire"]),
    ("connect-store", &["connect-core"]),
    (
        "connect-identity",
        &["connect-core", "connect-wire", "connect-store"],
    ),
    (
        "connect-services",
        &["connect-core", "connect-wire", "connect-store"],
    ),
    (
        "connect-webhooks",
        &["connect-core", "connect-wire", "connect-store"],
    ),
    (
        "connect-app",
        &[
            "connect-core",
            "connect-identity",
            "connect-inspector",
            "connect-rpc",
            "connect-services",
            "connect-simulator",
            "connect-store",
            "connect-webhooks",
            "connect-wire",
        ],
    ),
    (
        "connect-cli",
        &["connect-app", "connect-core", "connect-rpc"],
    ),
    (
        "connect-console",
        &["connect-app", "connect-core", "connect-rpc"],
    ),
    ("connect-testkit", &["connect-core"]),
    // The scenarios walk every route, so they read the catalogues of routes.
    (
        "connect-tests",
        &[
            "connect-app",
            "connect-core",
            "connect-identity",
            "connect-rpc",
            "connect-services",
            "connect-wire",
        ],
    ),
    (
        "connect-client-tests",
        &["connect-app", "connect-core", "connect-rpc"],
    ),
    ("xtask", &[]),
];

/// Packages that hold nothing but tests.
const HOSTS_OF_TESTS: &[&str] = &["connect-tests", "connect-client-tests"];

/// Crates from elsewhere that only some of ours may use.
const RESERVED: &[(&str, &[&str])] = &[
    ("sqlx", &["connect-store", "xtask"]),
    ("tauri", &["connect-console"]),
    ("tauri-build", &["connect-console"]),
];

/// The part of `cargo metadata` that is read here.
#[derive(serde::Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(serde::Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(serde::Deserialize)]
struct Dependency {
    name: String,
    /// `dev`, `build`, or nothing for an ordinary one.
    kind: Option<String>,
}

/// Every dependency that points the wrong way.
///
/// # Errors
/// When `cargo metadata` fails.
pub(super) fn check(workspace: &Workspace) -> anyhow::Result<Vec<String>> {
    let json = step::read(step::cargo(workspace).args([
        "metadata",
        "--no-deps",
        "--format-version",
        "1",
        "--locked",
    ]))?;
    Ok(breaches(&serde_json::from_str(&json)?))
}

fn breaches(metadata: &Metadata) -> Vec<String> {
    metadata.packages.iter().flat_map(breaches_of).collect()
}

fn breaches_of(package: &Package) -> Vec<String> {
    let name = package.name.as_str();
    let Some(known) = allowed(MAY_KNOW, name) else {
        return vec![format!(
            "{name}: not in xtask/src/tidy/layers.rs; say there whom it may know"
        )];
    };
    let ours = |other: &str| allowed(MAY_KNOW, other).is_some();
    let mut found = Vec::new();
    for dependency in &package.dependencies {
        let other = dependency.name.as_str();
        let in_tests = dependency.kind.as_deref() == Some("dev");
        let testkit = other == "connect-testkit" && (in_tests || HOSTS_OF_TESTS.contains(&name));
        if ours(other) && !known.contains(&other) && !testkit {
            found.push(format!("{name}: may not depend on {other}"));
        }
        if allowed(RESERVED, other).is_some_and(|owners| !owners.contains(&name)) {
            found.push(format!("{name}: {other} is reserved for others"));
        }
    }
    found
}

fn allowed<'a>(table: &'a [(&str, &'a [&'a str])], name: &str) -> Option<&'a [&'a str]> {
    table
        .iter()
        .find(|(row, _)| *row == name)
        .map(|(_, list)| *list)
}

#[cfg(test)]
mod tests {
    use super::{Dependency, Metadata, Package, breaches};

    fn depends(name: &str, other: &str, kind: Option<&str>) -> Vec<String> {
        let dependency = Dependency {
            name: other.to_owned(),
            kind: kind.map(str::to_owned),
        };
        let package = Package {
            name: name.to_owned(),
            dependencies: vec![dependency],
        };
        breaches(&Metadata {
            packages: vec![package],
        })
    }

    #[test]
    fn dependencies_point_one_way() {
        assert!(depends("connect-identity", "connect-store", None).is_empty());
        assert_eq!(depends("connect-store", "connect-identity", None).len(), 1);
        assert_eq!(
            depends("connect-simulator", "connect-identity", None).len(),
            1
        );
        assert_eq!(
            depends("connect-simulator", "connect-identity", Some("dev")).len(),
            1
        );
    }

    #[test]
    fn the_testkit_is_for_tests() {
        assert!(depends("connect-store", "connect-testkit", Some("dev")).is_empty());
        assert_eq!(depends("connect-store", "connect-testkit", None).len(), 1);
    }

    #[test]
    fn sql_and_tauri_have_owners() {
        assert!(depends("connect-store", "sqlx", None).is_empty());
        assert_eq!(depends("connect-app", "sqlx", None).len(), 1);
        assert_eq!(depends("connect-app", "tauri", None).len(), 1);
    }

    #[test]
    fn a_new_crate_must_be_placed() {
        assert_eq!(depends("connect-new", "serde", None).len(), 1);
    }
}
