//! Looks into a .deb before anybody installs it: its fields, its desktop entry, its icons, its papers, its programs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::NOTICES;
use crate::machine::{Installer, which};
use crate::run::{CONSOLE, SANDBOX};
use crate::step;

/// The checkers of others that are asked, and the packages that bring them.
const CHECKERS: [(&str, &str); 2] = [
    ("desktop-file-validate", "desktop-file-utils"),
    ("appstreamcli", "appstream"),
];
/// A line of a package's description is at most so long.
const LINE: usize = 80;

/// Fails with everything that is wrong with it.
///
/// # Errors
/// When it can't be read, or something is wrong.
pub(super) fn run(package: &Path) -> anyhow::Result<()> {
    if which("dpkg-deb").is_none() {
        step::say("the package is not looked into: that needs a Debian system");
        return Ok(());
    }
    let inside = tempfile::tempdir()?;
    step::run(
        Command::new("dpkg-deb")
            .arg("--extract")
            .arg(package)
            .arg(inside.path()),
    )?;
    let fields = step::read(Command::new("dpkg-deb").arg("--field").arg(package))?;
    let mut wrong = of_fields(&fields);
    wrong.extend(of_programs(inside.path())?);
    wrong.extend(of_papers(inside.path())?);
    wrong.extend(of_icons(inside.path())?);
    wrong.extend(of_checkers(inside.path())?);
    anyhow::ensure!(
        wrong.is_empty(),
        "the package has faults:\n  {}",
        wrong.join("\n  ")
    );
    step::say("the package is in order: fields, programs, entry, icons, papers");
    Ok(())
}

/// What is missing in the control file, or not as Debian's policy has it.
fn of_fields(control: &str) -> Vec<String> {
    let field = |name: &str| {
        let line = control.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.strip_prefix(':')).map(str::trim)
    };
    let mut wrong = Vec::new();
    if field("Package") != Some(CONSOLE) {
        wrong.push(format!("it is called {:?}", field("Package")));
    }
    for name in ["Version", "Maintainer", "Section", "Architecture"] {
        if field(name).is_none_or(str::is_empty) {
            wrong.push(format!("no {name}"));
        }
    }
    let depends = field("Depends").unwrap_or_default();
    for needed in ["libc6", "libgtk-3-0", "libwebkit2gtk-4.1-0"] {
        let mut packages = depends.split(", ");
        if !packages.any(|package| package.starts_with(needed)) {
            wrong.push(format!(
                "{needed} is not among what it depends on: {depends}"
            ));
        }
    }
    if let Some(line) = control.lines().find(|line| {
        (line.starts_with("Description:") || line.starts_with(' ')) && line.chars().count() > LINE
    }) {
        wrong.push(format!("a line of its description is too long: {line}"));
    }
    wrong
}

/// Programs that can't be run, or find a library missing here.
fn of_programs(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut wrong = Vec::new();
    for name in [CONSOLE, SANDBOX] {
        let program = root.join("usr/bin").join(name);
        if !program.is_file() {
            wrong.push(format!("no {name}"));
            continue;
        }
        let version = Command::new(&program).arg("--version").output()?;
        if !version.status.success() {
            wrong.push(format!("{name} --version: {}", version.status));
        }
        let libraries = step::read(Command::new("ldd").arg(&program))?;
        wrong.extend(
            libraries
                .lines()
                .filter(|line| line.contains("not found"))
                .map(|line| format!("{name}: {}", line.trim())),
        );
        let symbols = step::read(
            Command::new("readelf")
                .arg("--section-headers")
                .arg(&program),
        )?;
        if symbols.contains(".symtab") {
            wrong.push(format!("{name} still has its symbols"));
        }
    }
    Ok(wrong)
}

/// Papers that are missing.
fn of_papers(root: &Path) -> anyhow::Result<Vec<String>> {
    let copyright = root.join("usr/share/doc").join(CONSOLE).join("copyright");
    let mut wrong = Vec::new();
    match fs::read_to_string(&copyright) {
        Ok(text) if text.contains("Apache-2.0") && text.contains("Expat") => {}
        Ok(_) => wrong.push("its copyright names no licence".to_owned()),
        Err(error) => wrong.push(format!("no copyright: {error}")),
    }
    let others = root.join("usr/share/doc").join(CONSOLE).join(NOTICES);
    match fs::read_to_string(&others) {
        Ok(text) if text.contains("  tauri 2.") && text.contains("  svelte 5.") => {}
        Ok(_) => wrong.push("the licences of others are not all there".to_owned()),
        Err(error) => wrong.push(format!("no licences of others: {error}")),
    }
    for file in files(root)? {
        let is_program = file.starts_with(root.join("usr/bin"));
        let wanted = if is_program { 0o755 } else { 0o644 };
        if mode(&file)?.is_some_and(|mode| mode != wanted) {
            wrong.push(format!(
                "{} has another mode than {wanted:o}",
                file.display()
            ));
        }
        if file.to_string_lossy().contains(' ') {
            wrong.push(format!("{} has a space in its name", file.display()));
        }
    }
    Ok(wrong)
}

/// Who may do what with a file, where the system has such a thing.
fn mode(file: &Path) -> anyhow::Result<Option<u32>> {
    let permissions = fs::metadata(file)?.permissions();
    #[cfg(unix)]
    let mode = Some(std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o7777);
    #[cfg(not(unix))]
    let mode = None::<u32>.filter(|_| permissions.readonly());
    Ok(mode)
}

/// Icons that are not of the size of the folder in which they lie, or are missing.
fn of_icons(root: &Path) -> anyhow::Result<Vec<String>> {
    let icons: Vec<PathBuf> = files(&root.join("usr/share/icons"))?;
    let mut wrong = Vec::new();
    let mut sizes = Vec::new();
    for icon in icons {
        let folder = icon
            .ancestors()
            .nth(2)
            .and_then(Path::file_name)
            .context("an icon lies in <size>/apps")?
            .to_string_lossy()
            .into_owned();
        let wanted = folder_size(&folder);
        let found = png_size(&fs::read(&icon)?);
        if wanted.is_none() || found != wanted {
            wrong.push(format!("{}: {found:?}", icon.display()));
        }
        if icon.file_stem().is_none_or(|stem| stem != CONSOLE) {
            wrong.push(format!(
                "{} has another name than the entry gives",
                icon.display()
            ));
        }
        sizes.push(folder);
    }
    for size in ["32x32", "128x128", "512x512"] {
        if !sizes.iter().any(|folder| folder == size) {
            wrong.push(format!("no icon of {size}, but {sizes:?}"));
        }
    }
    Ok(wrong)
}

/// Pixels of a folder of icons: `128x128`, or `256x256@2`, which holds that many for half as many points.
fn folder_size(folder: &str) -> Option<(u32, u32)> {
    let (size, _) = folder.split_once('@').unwrap_or((folder, ""));
    let (width, height) = size.split_once('x')?;
    Some((width.parse().ok()?, height.parse().ok()?))
}

/// Pixels of a PNG: they stand at the beginning of its first chunk.
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let header = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let number = |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
    Some((number(8)?, number(12)?))
}

/// What the checkers of others say of the desktop entry and of the description for software centres.
fn of_checkers(root: &Path) -> anyhow::Result<Vec<String>> {
    let missing: Vec<&str> = CHECKERS
        .iter()
        .filter(|(program, _)| which(program).is_none())
        .map(|(_, package)| *package)
        .collect();
    if !missing.is_empty() {
        Installer::find().install(&missing)?;
    }
    let entry = root.join(format!("usr/share/applications/{CONSOLE}.desktop"));
    let about = root.join("usr/share/metainfo/health.loop.connect-console.metainfo.xml");
    let mut wrong = Vec::new();
    let mut asks = [
        (
            Command::new("desktop-file-validate"),
            vec!["--warn-kde".into(), entry.into_os_string()],
        ),
        (
            Command::new("appstreamcli"),
            vec!["validate".into(), "--no-net".into(), about.into_os_string()],
        ),
    ];
    for (checker, arguments) in &mut asks {
        let said = checker.args(arguments.as_slice()).output()?;
        if !said.status.success() {
            let text = [said.stdout, said.stderr].concat();
            wrong.push(format!(
                "{}: {}",
                checker.get_program().display(),
                String::from_utf8_lossy(&text).trim()
            ));
        }
    }
    Ok(wrong)
}

/// Every file below a directory.
fn files(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(directory) = waiting.pop() {
        for entry in
            fs::read_dir(&directory).with_context(|| format!("no {}", directory.display()))?
        {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                waiting.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_from_folders_and_pictures() {
        assert_eq!(folder_size("128x128"), Some((128, 128)));
        assert_eq!(folder_size("256x256@2"), Some((256, 256)));
        assert_eq!(folder_size("scalable"), None);
        let icon = include_bytes!("../../../src-tauri/icons/32x32.png");
        assert_eq!(png_size(icon), Some((32, 32)));
        assert_eq!(png_size(b"GIF89a"), None);
    }

    #[test]
    fn faults_of_a_control_file_are_found() {
        let good = "Package: connect-console\nVersion: 0.1.0\nArchitecture: amd64\nMaintainer: Loop\nSection: devel\nDepends: libc6 (>= 2.34), libgtk-3-0, libwebkit2gtk-4.1-0\nDescription: short\n long\n";
        assert_eq!(of_fields(good), Vec::<String>::new());
        let bad = good
            .replace("libc6 (>= 2.34), ", "")
            .replace("Section: devel\n", "")
            .replace(" long", &format!(" {}", "long".repeat(30)));
        assert_eq!(of_fields(&bad).len(), 3, "{:?}", of_fields(&bad));
    }
}
