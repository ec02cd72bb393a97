//! With the feature `ui`, lists the files of the built user interface for the program to hold (`ui.rs`).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Where `npm run build` writes, seen from this package.
const DIST: &str = "../../ui/dist";

fn main() -> Result<(), String> {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_UI").is_none() {
        return Ok(());
    }
    let from_cargo = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .ok_or(format!("no {name}"))
    };
    let dist = from_cargo("CARGO_MANIFEST_DIR")?.join(DIST);
    println!("cargo::rerun-if-changed={}", dist.display());
    if !dist.join("index.html").is_file() {
        return Err("the feature `ui` needs ui/dist: run `npm ci` and `npm run build` in ui/, or let `cargo xtask run` do it".to_owned());
    }
    let failed = |error: io::Error| format!("ui/dist: {error}");
    let mut files = Vec::new();
    list(&dist, "", &mut files).map_err(failed)?;
    files.sort();
    let mut text = String::from("&[\n");
    for (name, path) in files {
        let path = path.to_string_lossy();
        let _ = writeln!(text, "    ({name:?}, include_bytes!({path:?})),");
    }
    text.push_str("]\n");
    fs::write(from_cargo("OUT_DIR")?.join("ui_files.rs"), text).map_err(failed)
}

/// Every file below a directory: its path below the root, with slashes, and where it is.
fn list(directory: &Path, below: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.push((name, entry.path()));
        }
    }
    Ok(())
}
