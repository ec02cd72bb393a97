//! Licences, bans and sources of every dependency, on every run and without another program.
//!
//! `deny.toml` is the one place of the rules, in cargo-deny's own format: where cargo-deny is installed,
//! `cargo deny check` reads the same file and knows advisories too.

mod expression;

use std::collections::{BTreeMap, BTreeSet};
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
    /// The packages that may bring it all the same.
    #[serde(default)]
    wrappers: Vec<String>,
}

/// The parts of `cargo metadata` that are read here.
#[derive(serde::Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(serde::Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

/// A package and those that it depends on, by id.
#[derive(serde::Deserialize)]
struct Node {
    id: String,
    dependencies: Vec<String>,
}

#[derive(serde::Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    /// Nothing for a package of this repository.
    source: Option<String>,
}

/// The one registry that packages may come from, by cargo's own name for it.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Checks every package that is compiled on any platform, for the product or for its tests.
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
    let mut metadata: Metadata = serde_json::from_str(&json)?;
    let compiled = compiled(workspace)?;
    metadata
        .packages
        .retain(|package| compiled.contains(&format!("{} v{}", package.name, package.version)));
    let mut found = breaches(&metadata, &rules);
    found.sort();
    anyhow::ensure!(
        found.is_empty(),
        "{} breaches of deny.toml:\n  {}",
        found.len(),
        found.join("\n  ")
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

/// Names and versions, as `cargo tree` writes them, of all packages whose features ask for them. `cargo metadata` alone
/// also lists optional ones that nobody has switched on.
fn compiled(workspace: &Workspace) -> anyhow::Result<BTreeSet<String>> {
    let tree = step::read(step::cargo(workspace).args([
        "tree",
        "--workspace",
        "--locked",
        "--target",
        "all",
        "--edges",
        "normal,build,dev",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]))?;
    let names = tree
        .lines()
        .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "));
    Ok(names.collect())
}

fn breaches(metadata: &Metadata, rules: &Rules) -> Vec<String> {
    metadata
        .packages
        .iter()
        .flat_map(|package| {
            let mut found = of_its_own(package, rules);
            found.extend(ban(package, metadata, rules));
            found
        })
        .collect()
}

/// What is wrong with a package whoever uses it: its source and its licence.
fn of_its_own(package: &Package, rules: &Rules) -> Vec<String> {
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

/// The ban on a package, unless only those use it that may.
fn ban(package: &Package, metadata: &Metadata, rules: &Rules) -> Option<String> {
    let ban = rules
        .bans
        .deny
        .iter()
        .find(|ban| ban.name == package.name)?;
    let mut users = metadata.packages.iter().filter(|user| {
        let mut nodes = metadata.resolve.nodes.iter();
        nodes.any(|node| node.id == user.id && node.dependencies.contains(&package.id))
    });
    let user = users.find(|user| !ban.wrappers.contains(&user.name))?;
    let Package { name, version, .. } = package;
    Some(format!(
        "{name} {version}: banned, and brought by {}: {}",
        user.name, ban.reason
    ))
}

#[cfg(test)]
mod tests {
    use super::{Ban, Bans, Licences, Metadata, Node, Package, REGISTRY, Resolve, Rules, breaches};

    fn package(name: &str, license: Option<&str>, source: Option<&str>) -> Package {
        Package {
            id: name.to_owned(),
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: license.map(str::to_owned),
            source: source.map(str::to_owned),
        }
    }

    /// What is found when our `app` uses the package.
    fn found(package_used: Package, wrappers: &[&str]) -> Vec<String> {
        let ban = Ban {
            name: "openssl".to_owned(),
            reason: "we use RustCrypto".to_owned(),
            wrappers: wrappers.iter().map(|name| (*name).to_owned()).collect(),
        };
        let rules = Rules {
            licenses: Licences {
                allow: vec!["MIT".to_owned()],
            },
            bans: Bans { deny: vec![ban] },
        };
        let node = Node {
            id: "app".to_owned(),
            dependencies: vec![package_used.id.clone()],
        };
        let packages = vec![package("app", Some("MIT"), None), package_used];
        breaches(
            &Metadata {
                packages,
                resolve: Resolve { nodes: vec![node] },
            },
            &rules,
        )
    }

    #[test]
    fn an_allowed_package_passes() {
        assert!(
            found(
                package("serde", Some("MIT OR Apache-2.0"), Some(REGISTRY)),
                &[]
            )
            .is_empty()
        );
        assert!(found(package("connect-core", Some("MIT"), None), &[]).is_empty());
    }

    #[test]
    fn licence_and_source_are_each_refused() {
        assert_eq!(
            found(package("serde", Some("GPL-3.0"), Some(REGISTRY)), &[]).len(),
            1
        );
        assert_eq!(found(package("serde", None, Some(REGISTRY)), &[]).len(), 1);
        let git = package("serde", Some("MIT"), Some("git+https://example.com/serde"));
        assert_eq!(found(git, &[]).len(), 1);
    }

    #[test]
    fn a_banned_package_is_refused_but_to_its_wrappers() {
        let openssl = || package("openssl", Some("MIT"), Some(REGISTRY));
        assert_eq!(
            found(openssl(), &[]),
            ["openssl 1.0.0: banned, and brought by app: we use RustCrypto"]
        );
        assert!(found(openssl(), &["app"]).is_empty());
    }
}
