//! Comparing and replacing flat directories of generated files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// What differs between the committed directory and a fresh one, one line a file; empty when nothing does.
///
/// # Errors
/// When a file cannot be read.
pub(super) fn differences(committed: &Path, fresh: &Path) -> anyhow::Result<Vec<String>> {
    let old = files(committed)?;
    let new = files(fresh)?;
    let mut found = Vec::new();
    for (name, content) in &new {
        match old.get(name) {
            None => found.push(format!("missing: {name}")),
            Some(known) if known != content => found.push(format!("changed: {name}")),
            Some(_) => {}
        }
    }
    found.extend(
        old.keys()
            .filter(|name| !new.contains_key(*name))
            .map(|name| format!("no longer made: {name}")),
    );
    Ok(found)
}

/// Makes the committed directory equal to the fresh one.
///
/// # Errors
/// When a file cannot be written or removed.
pub(super) fn replace(committed: &Path, fresh: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(committed)?;
    let new = files(fresh)?;
    for name in files(committed)?
        .keys()
        .filter(|name| !new.contains_key(*name))
    {
        fs::remove_file(committed.join(name))?;
    }
    for (name, content) in &new {
        let path = committed.join(name);
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// The files of a directory by name, with line ends as on Unix; none when it does not exist.
fn files(directory: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    if !directory.is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().context("a directory entry has a name")?;
        let content =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        found.insert(
            name.to_string_lossy().into_owned(),
            content.replace("\r\n", "\n"),
        );
    }
    Ok(found)
}

/// Every file below a directory, in order.
///
/// # Errors
/// When a directory cannot be read.
pub(super) fn walk(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![directory.to_path_buf()];
    while let Some(next) = waiting.pop() {
        for entry in
            fs::read_dir(&next).with_context(|| format!("cannot read {}", next.display()))?
        {
            let path = entry?.path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{differences, replace};

    #[test]
    fn differences_are_named_and_replaced() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let committed = directory.path().join("committed");
        let fresh = directory.path().join("fresh");
        std::fs::create_dir_all(&fresh).expect("created");
        std::fs::write(fresh.join("a"), "1").expect("written");
        assert_eq!(
            differences(&committed, &fresh).expect("read"),
            ["missing: a"]
        );
        replace(&committed, &fresh).expect("replaced");
        assert!(differences(&committed, &fresh).expect("read").is_empty());
        std::fs::write(fresh.join("a"), "2").expect("written");
        std::fs::write(committed.join("b"), "").expect("written");
        assert_eq!(
            differences(&committed, &fresh).expect("read"),
            ["changed: a", "no longer made: b"]
        );
        replace(&committed, &fresh).expect("replaced");
        assert!(differences(&committed, &fresh).expect("read").is_empty());
    }
}
