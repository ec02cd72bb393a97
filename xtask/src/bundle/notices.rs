//! The licences of what others wrote and the programs hold: MIT, BSD and the like ask that their texts go along.
//!
//! Gathered from where cargo and npm have put the packages, each text once, with the packages that it is for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Deserialize;

use crate::run::CONSOLE;
use crate::step;
use crate::workspace::Workspace;

/// How names of files begin that hold a licence.
const NAMES: [&str; 6] = [
    "license",
    "licence",
    "copying",
    "copyright",
    "notice",
    "unlicense",
];

/// A package of others.
#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    /// Nothing for one of ours.
    source: Option<String>,
    manifest_path: PathBuf,
}

/// A package as npm describes it.
#[derive(Deserialize)]
struct NodePackage {
    version: String,
    license: Option<String>,
    #[serde(default)]
    dependencies: BTreeMap<String, String>,
}

/// All licences of the packages in the two programs and in the page, as one text.
///
/// # Errors
/// When the packages are not there, or one has neither a licence's text nor its name.
pub(super) fn gather(workspace: &Workspace) -> anyhow::Result<String> {
    let mut all = Notices::default();
    for package in crates(workspace)? {
        let folder = package
            .manifest_path
            .parent()
            .context("a manifest is in a folder")?;
        all.add(
            &format!("{} {}", package.name, package.version),
            package.license.as_deref(),
            folder,
        )?;
    }
    of_the_page(workspace, &mut all)?;
    all.add(
        "Roboto and Roboto Mono",
        None,
        &workspace.path("ui/src/shared/fonts"),
    )?;
    Ok(all.written())
}

/// The crates that are compiled into the two programs on this machine.
fn crates(workspace: &Workspace) -> anyhow::Result<Vec<Package>> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    let tree = step::read(
        step::cargo(workspace)
            .args(["tree", "--locked", "--edges", "normal", "--prefix", "none"])
            .args(["--format", "{p}", "--features", "connect-cli/ui"])
            .args(["--package", CONSOLE, "--package", "connect-cli"]),
    )?;
    let compiled: BTreeSet<String> = tree
        .lines()
        .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
        .collect();
    let json =
        step::read(step::cargo(workspace).args(["metadata", "--format-version", "1", "--locked"]))?;
    let mut packages = serde_json::from_str::<Metadata>(&json)?.packages;
    packages.retain(|package| {
        package.source.is_some()
            && compiled.contains(&format!("{} v{}", package.name, package.version))
    });
    Ok(packages)
}

/// The packages that the page imports, and what those depend on.
fn of_the_page(workspace: &Workspace, all: &mut Notices) -> anyhow::Result<()> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Page {
        dev_dependencies: BTreeMap<String, String>,
    }
    let page: Page = serde_json::from_str(&fs::read_to_string(workspace.path("ui/package.json"))?)?;
    let source = sources(&workspace.path("ui/src"))?;
    let mut waiting: Vec<String> = page
        .dev_dependencies
        .into_keys()
        .filter(|name| imports(&source, name))
        .collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        let folder = workspace.path("ui/node_modules").join(&name);
        // What is not directly there is another version inside the package that wants it: its text is the same.
        if !seen.insert(name.clone()) || !folder.is_dir() {
            continue;
        }
        let package: NodePackage =
            serde_json::from_str(&fs::read_to_string(folder.join("package.json"))?)?;
        let called = format!("{name} {} (npm)", package.version);
        all.add(&called, package.license.as_deref(), &folder)?;
        waiting.extend(package.dependencies.into_keys());
    }
    Ok(())
}

/// Whether a source imports a package, at once or when it is needed.
fn imports(source: &str, package: &str) -> bool {
    let mut ways = [" from '", "import('", "import '"]
        .into_iter()
        .flat_map(|start| ["'", "/"].map(|end| format!("{start}{package}{end}")));
    ways.any(|way| source.contains(&way))
}

/// What stands in the page's sources but in its tests.
fn sources(folder: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let kind = path.extension().unwrap_or_default();
        if path.is_dir() {
            text.push_str(&sources(&path)?);
        } else if !stem.ends_with(".test") && ["ts", "svelte"].iter().any(|known| kind == *known) {
            text.push_str(&fs::read_to_string(&path)?);
        }
    }
    Ok(text)
}

/// Texts, each with the packages that it is for; and the packages that only name their licence.
#[derive(Debug, Default)]
struct Notices {
    texts: BTreeMap<String, BTreeSet<String>>,
    named: BTreeMap<String, BTreeSet<String>>,
}

impl Notices {
    /// The licence of a package in a folder, by its texts, or else by its name.
    fn add(&mut self, called: &str, license: Option<&str>, folder: &Path) -> anyhow::Result<()> {
        let texts = texts(folder, license.unwrap_or_default())?;
        if texts.is_empty() {
            let name =
                license.with_context(|| format!("{called} has no licence that can be read"))?;
            let packages = self.named.entry(name.to_owned()).or_default();
            packages.insert(called.to_owned());
        }
        for text in texts {
            self.texts
                .entry(text)
                .or_default()
                .insert(called.to_owned());
        }
        Ok(())
    }

    fn written(&self) -> String {
        use std::fmt::Write as _;

        let mut text = "Connect Console holds the work of others. Here are their licences, each with what it is for.\n"
            .to_owned();
        let listed = |packages: &BTreeSet<String>| {
            let lines = packages.iter().map(|package| format!("  {package}\n"));
            lines.collect::<String>()
        };
        for (licence, packages) in &self.texts {
            let line = "=".repeat(80);
            // Writing to a text does not fail.
            let _ = write!(text, "\n{line}\n{}\n{licence}\n", listed(packages));
        }
        for (licence, packages) in &self.named {
            let line = "=".repeat(80);
            let _ = write!(
                text,
                "\n{line}\n{}\nsay no more than: {licence}\n",
                listed(packages)
            );
        }
        text
    }
}

/// The texts of the licences in a folder. Where MIT is offered beside others, it is what is taken, since its text is the
/// one that names whose work it is.
fn texts(folder: &Path, license: &str) -> anyhow::Result<BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(|| format!("no {}", folder.display()))? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        if path.is_file() && NAMES.iter().any(|start| name.starts_with(start)) {
            let bytes = fs::read(&path)?;
            found.insert(name, even(&String::from_utf8_lossy(&bytes)));
        }
    }
    let offers_mit = license.contains(" OR ") || license.contains('/');
    if offers_mit && found.keys().any(|name| name.contains("mit")) {
        found.retain(|name, _| name.contains("mit") || name.starts_with("notice"));
    }
    Ok(found.into_values().collect())
}

/// A text without what differs between systems and editors.
fn even(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_once_with_all_that_it_is_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let package = |name: &str, files: &[(&str, &str)]| {
            let path = folder.path().join(name);
            fs::create_dir(&path).expect("a folder");
            for (file, text) in files {
                fs::write(path.join(file), text).expect("written");
            }
            path
        };
        let mut all = Notices::default();
        let mit = ("LICENSE-MIT", "Copyright A\r\n\r\nPermission\r\n");
        let both = package("one", &[mit, ("LICENSE-APACHE", "Apache")]);
        all.add("one 1.0.0", Some("MIT OR Apache-2.0"), &both)
            .expect("read");
        let same = package("two", &[("license.md", "Copyright A\n\nPermission\n")]);
        all.add("two 2.0.0", Some("MIT"), &same).expect("read");
        let bare = package("three", &[("README", "")]);
        all.add("three 3.0.0", Some("ISC"), &bare).expect("named");
        assert!(all.add("four 4.0.0", None, &bare).is_err());
        let written = all.written();
        assert!(
            written.contains("  one 1.0.0\n  two 2.0.0\n\nCopyright A\n\nPermission\n"),
            "{written}"
        );
        assert!(written.contains("  three 3.0.0\n\nsay no more than: ISC"));
        assert!(!written.contains("Apache"), "the other was taken");
    }

    #[test]
    fn imports_are_seen_in_every_form() {
        let source =
            "import { mount } from 'svelte';\nawait import('@tauri-apps/api/core');\n// 'vite'";
        for (package, imported) in [
            ("svelte", true),
            ("@tauri-apps/api", true),
            ("vite", false),
            ("svelt", false),
        ] {
            assert_eq!(imports(source, package), imported, "{package}");
        }
    }

    #[test]
    fn what_the_programs_hold_is_there_and_nothing_else() {
        let text = gather(&Workspace::find().expect("the repository")).expect("gathered");
        for held in ["tauri", "tokio", "sqlx", "libsqlite3-sys", "Roboto and"] {
            assert!(text.contains(&format!("\n  {held} ")), "{held}");
        }
        for not_held in [
            "connect-core",
            "thirtyfour",
            "arbtest",
            "tauri-build",
            "vite",
        ] {
            assert!(!text.contains(&format!("\n  {not_held} ")), "{not_held}");
        }
    }
}
