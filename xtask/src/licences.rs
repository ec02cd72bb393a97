//! Licences, bans and sources of every dependency, on every run and without another program.
//!
//! `deny.toml` is the one place of the rules, in cargo-deny's own format: where cargo-deny is installed,
//! `cargo deny check` reads the same file and knows advisories too.

mod expression;

use std::collections::BTreeMap;
use std::fs;

use anyhow::Context as _;

use crate::step;
use crate::workspace::Workspace;

/// The parts of `deny.toml` that are read here.
#[derive(serde::Deserialize)]
struct Rules {
    licenses: Licences,
    bans: Bans,
}

#[derive(serde::Deserialize)]
struct Licences {
    allow: Vec<String>,
}

#[derive(serde::Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(serde::Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

/// The parts of `cargo metadata` that are read here.
#[derive(serde::Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(serde::Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    /// Nothing for a package of this repository.
    source: Option<String>,
}

/// The one registry that packages may come from, by cargo's own name for it.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Checks every package that the lock file holds, for all platforms.
///
/// # Errors
/// All breaches at once, one a line.
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<()> {
    let path = workspace.path("deny.toml");
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let rules: Rules = toml::from_str(&text).context("deny.toml does not fit its format")?;
    let json =
        step::read(step::cargo(workspace).args(["metadata", "--format-version", "1", "--locked"]))?;
    let metadata: Metadata = serde_json::from_str(&json)?;
    let mut breaches: Vec<String> = metadata
        .packages
        .iter()
        .flat_map(|package| breaches(package, &rules))
        .collect();
    breaches.sort();
    anyhow::ensure!(
        breaches.is_empty(),
        "{} breaches of deny.toml:\n  {}",
        breaches.len(),
        breaches.join("\n  ")
    );
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    for package in &metadata.packages {
        *versions.entry(&package.name).or_default() += 1;
    }
    let doubled = versions.values().filter(|count| **count > 1).count();
    step::say(format!(
        "{} packages are allowed; {doubled} of them are there in more than one version",
        metadata.packages.len()
    ));
    Ok(())
}

fn breaches(package: &Package, rules: &Rules) -> Vec<String> {
    let Package { name, version, .. } = package;
    let mut found = Vec::new();
    if package
        .source
        .as_deref()
        .is_some_and(|source| source != REGISTRY)
    {
        found.push(format!(
            "{name} {version}: comes from neither the registry nor this repository"
        ));
    }
    if let Some(ban) = rules.bans.deny.iter().find(|ban| ban.name == *name) {
        found.push(format!("{name} {version}: banned: {}", ban.reason));
    }
    match package.license.as_deref() {
        None => found.push(format!("{name} {version}: states no licence")),
        Some(expression) => match expression::allows(expression, &rules.licenses.allow) {
            Ok(true) => {}
            Ok(false) => found.push(format!("{name} {version}: {expression} is not allowed")),
            Err(error) => found.push(format!("{name} {version}: {expression}: {error}")),
        },
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Ban, Bans, Licences, Package, REGISTRY, Rules, breaches};

    fn found(name: &str, license: Option<&str>, source: Option<&str>) -> Vec<String> {
        let rules = Rules {
            licenses: Licences {
                allow: vec!["MIT".to_owned()],
            },
            bans: Bans {
                deny: vec![Ban {
                    name: "openssl".to_owned(),
                    reason: "we use RustCrypto".to_owned(),
                }],
            },
        };
        let package = Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: license.map(str::to_owned),
            source: source.map(str::to_owned),
        };
        breaches(&package, &rules)
    }

    #[test]
    fn an_allowed_package_passes() {
        assert!(found("serde", Some("MIT OR Apache-2.0"), Some(REGISTRY)).is_empty());
        assert!(found("connect-core", Some("MIT"), None).is_empty());
    }

    #[test]
    fn licence_ban_and_source_are_each_refused() {
        assert_eq!(found("serde", Some("GPL-3.0"), Some(REGISTRY)).len(), 1);
        assert_eq!(found("serde", None, Some(REGISTRY)).len(), 1);
        assert_eq!(
            found("serde", Some("MIT"), Some("git+https://example.com/serde")).len(),
            1
        );
        assert_eq!(
            found("openssl", Some("MIT"), Some(REGISTRY)),
            ["openssl 1.0.0: banned: we use RustCrypto"]
        );
    }
}
