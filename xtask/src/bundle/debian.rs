//! What a Debian package needs beyond Tauri's own: what it depends on, its desktop entry, its description for software
//! centres, its copyright, the licences of others. Linux's other packages carry the same files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::NOTICES;
use crate::machine::which;
use crate::run::{CONSOLE, SANDBOX};
use crate::step;

/// What Tauri's bundler writes down by itself.
const USUAL: [&str; 2] = ["libwebkit2gtk-4.1-0", "libgtk-3-0"];
/// How long a line of a description is.
const LINE: usize = 76;
/// The files beside this program's source.
const FILES: &str = "xtask/bundle/debian";

/// Fills in a configuration for Tauri's bundler. Its name for the product becomes the names of files, which have no spaces
/// in them here.
///
/// # Errors
/// When the programs can't be read.
pub(super) fn fill(configuration: &mut Value, root: &Path, programs: &Path) -> anyhow::Result<()> {
    let built = [CONSOLE, SANDBOX].map(|program| programs.join(program));
    configuration["productName"] = json!(CONSOLE);
    let about = &mut configuration["bundle"]["longDescription"];
    *about = json!(wrapped(about.as_str().context("longDescription")?));
    let deb = &mut configuration["bundle"]["linux"]["deb"];
    deb["depends"] = json!(depends(&built)?);
    deb["desktopTemplate"] = json!(root.join(FILES).join("entry.desktop"));
    let files = json!({
        format!("/usr/bin/{SANDBOX}"): programs.join(SANDBOX),
        format!("/usr/share/doc/{CONSOLE}/copyright"): root.join(FILES).join("copyright"),
        format!("/usr/share/doc/{CONSOLE}/{NOTICES}"): programs.join(NOTICES),
        "/usr/share/metainfo/health.loop.connect-console.metainfo.xml": root.join(FILES).join("metainfo.xml"),
    });
    for kind in ["deb", "rpm", "appimage"] {
        configuration["bundle"]["linux"][kind]["files"] = files.clone();
    }
    configuration["bundle"]["linux"]["rpm"]["desktopTemplate"] =
        json!(root.join(FILES).join("entry.desktop"));
    Ok(())
}

/// A text in lines that Debian's tools show without breaking them.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last().map_or(0, String::len);
        if last > 0 && last + 1 + word.len() > LINE {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}

/// The packages whose libraries the programs name, by the names they have here, and the oldest C library that will do.
fn depends(programs: &[PathBuf]) -> anyhow::Result<Vec<String>> {
    if which("dpkg").is_none() || !programs.iter().all(|program| program.is_file()) {
        return Ok(Vec::new());
    }
    let mut packages = BTreeSet::new();
    let mut oldest = (0, 0);
    for program in programs {
        for library in libraries(program)? {
            packages.insert(owner(&library)?);
        }
        let symbols = step::read(Command::new("readelf").arg("--version-info").arg(program))?;
        oldest = oldest.max(newest_glibc(&symbols));
    }
    packages.retain(|package| !USUAL.contains(&package.as_str()));
    let versioned = |package: String| match package.as_str() {
        "libc6" => format!("libc6 (>= {}.{})", oldest.0, oldest.1),
        _ => package,
    };
    Ok(packages.into_iter().map(versioned).collect())
}

/// The files of the libraries that a program itself names, as the loader finds them.
fn libraries(program: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let dynamic = step::read(Command::new("readelf").arg("--dynamic").arg(program))?;
    let loaded = step::read(Command::new("ldd").arg(program))?;
    needed(&dynamic)
        .map(|name| {
            let line = loaded.lines().find(|line| line.contains(name));
            let path =
                line.and_then(|line| line.split_whitespace().find(|word| word.starts_with('/')));
            let path =
                path.with_context(|| format!("{name} of {} is not here", program.display()))?;
            Ok(std::fs::canonicalize(path)?)
        })
        .collect()
}

/// The package that a library came with. Some packages still know their files under /lib, which leads to /usr/lib.
fn owner(library: &Path) -> anyhow::Result<String> {
    let under_usr = library.strip_prefix("/usr").ok();
    let places = [
        Some(library.to_owned()),
        under_usr.map(|rest| Path::new("/").join(rest)),
    ];
    let found = places.into_iter().flatten().find_map(|place| {
        let found = step::read(Command::new("dpkg").arg("--search").arg(place)).ok()?;
        owner_of(&found)
    });
    found.with_context(|| format!("no package brought {}", library.display()))
}

/// The names in `readelf --dynamic`: `(NEEDED) … [libgtk-3.so.0]`.
fn needed(dynamic: &str) -> impl Iterator<Item = &str> {
    dynamic
        .lines()
        .filter(|line| line.contains("(NEEDED)"))
        .filter_map(|line| line.split_once('[')?.1.strip_suffix(']'))
}

/// The package in `dpkg --search`: `libgtk-3-0:amd64: /usr/lib/…`.
fn owner_of(found: &str) -> Option<String> {
    let (owner, _) = found.lines().next()?.split_once(": ")?;
    let name = owner.split(':').next()?;
    Some(name.to_owned())
}

/// The newest version of the C library whose symbols `readelf --version-info` names.
fn newest_glibc(symbols: &str) -> (u32, u32) {
    symbols
        .split("GLIBC_")
        .skip(1)
        .filter_map(|rest| {
            let version = rest
                .split(|c: char| !c.is_ascii_digit() && c != '.')
                .next()?;
            let mut numbers = version.split('.');
            Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
        })
        .max()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_tools_print_is_read() {
        let dynamic = " 0x01 (NEEDED)  Shared library: [libgtk-3.so.0]\n 0x0e (SONAME) Library soname: [x.so]\n 0x01 (NEEDED)  Shared library: [libc.so.6]\n";
        assert_eq!(
            needed(dynamic).collect::<Vec<_>>(),
            ["libgtk-3.so.0", "libc.so.6"]
        );
        let found = "libgtk-3-0:amd64: /usr/lib/x86_64-linux-gnu/libgtk-3.so.0.2406.32\n";
        assert_eq!(owner_of(found).as_deref(), Some("libgtk-3-0"));
        let symbols =
            "Name: GLIBC_2.3.4  Flags: none\n Name: GLIBC_2.34 Flags\n Name: GLIBC_2.9 Flags";
        assert_eq!(newest_glibc(symbols), (2, 34));
    }

    #[test]
    fn names_of_files_have_no_spaces_and_everything_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut configuration: Value =
            serde_json::from_str(include_str!("../../../tauri.conf.json")).expect("JSON");
        fill(&mut configuration, &root, Path::new("/t/release")).expect("filled in");
        assert_eq!(configuration["productName"], "connect-console");
        let deb = &configuration["bundle"]["linux"]["deb"];
        assert_eq!(
            deb["files"]["/usr/bin/connect-sandbox"],
            "/t/release/connect-sandbox"
        );
        for file in ["entry.desktop", "metainfo.xml", "copyright"] {
            assert!(root.join(FILES).join(file).is_file(), "{file}");
        }
        assert_eq!(
            deb["files"]["/usr/share/doc/connect-console/third-party-licences"],
            "/t/release/third-party-licences"
        );
        for kind in ["rpm", "appimage"] {
            let other = &configuration["bundle"]["linux"][kind];
            assert_eq!(other["files"], deb["files"], "{kind}");
        }
        // What stands in two places says the same in both.
        let ours = include_str!("../../../LICENSE-MIT");
        let papers = include_str!("../../bundle/debian/copyright");
        let line = |text: &str| ours.contains(text) && papers.contains(text);
        let authors = configuration["bundle"]["publisher"].as_str();
        assert!(line(&format!(" 2026 {}", authors.expect("a name"))));
        assert!(line(
            "The above copyright notice and this permission notice"
        ));
        let about = include_str!("../../bundle/debian/metainfo.xml");
        for said in [
            &configuration["identifier"],
            &configuration["bundle"]["shortDescription"],
            &configuration["bundle"]["license"],
        ] {
            assert!(about.contains(said.as_str().expect("a text")), "{said}");
        }
    }
}
