//! `sealing.key`: the key in an owner-only file of the data directory, where there is no keychain.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::key::{KeyId, NotAKey, SealingKey};
use super::{KEY_FILE, owner_only, record};

/// Why the key file gave no key.
#[derive(Debug)]
pub(super) enum KeyFileError {
    /// There is no such file.
    Missing,
    /// Others than its owner may read it; its permission bits.
    Exposed(u32),
    /// Its content is not a key.
    NotAKey(NotAKey),
    /// The operating system refused.
    Io(io::Error),
}

/// Where the key file of `directory` is.
pub(super) fn path(directory: &Path) -> PathBuf {
    directory.join(KEY_FILE)
}

/// Reads the key. Whatever lets others read the file is refused, since they may have read the key already.
pub(super) fn read(directory: &Path) -> Result<SealingKey, KeyFileError> {
    let file = File::open(path(directory)).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => KeyFileError::Missing,
        _ => KeyFileError::Io(error),
    })?;
    if let Some(mode) = owner_only::exposed_mode(&file).map_err(KeyFileError::Io)? {
        return Err(KeyFileError::Exposed(mode));
    }
    // A key is 43 characters; a file that is something else need not be read whole to know it.
    let mut text = Zeroizing::new(Vec::with_capacity(4096));
    file.take(4096)
        .read_to_end(&mut text)
        .map_err(KeyFileError::Io)?;
    SealingKey::from_text(&text).map_err(KeyFileError::NotAKey)
}

/// Writes a new key, and only a new one: a file already there is kept as `sealing.key.before-<id>`.
///
/// # Errors
/// What the operating system says; `Unsupported` when the file system lets others read the file all the same, in which
/// case the file is removed again.
pub(super) fn write(directory: &Path, id: &KeyId, key: &SealingKey) -> io::Result<()> {
    let path = path(directory);
    match fs::rename(&path, record::before(&path, id)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = owner_only::create_new(&path)?;
    if let Some(mode) = owner_only::exposed_mode(&file)? {
        drop(file);
        fs::remove_file(&path)?;
        return Err(io::Error::new(
            io::ErrorKind::Unsupported,
            format!(
                "the file system gives a new owner-only file the permissions {mode:03o}, so others could read the key; \
                 use a data directory on another file system"
            ),
        ));
    }
    file.write_all(key.to_text().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    owner_only::sync_directory(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SealingKey {
        SealingKey::random(&mut |bytes| bytes.fill(byte))
    }

    fn id(byte: u8) -> KeyId {
        KeyId::random(&mut |bytes| bytes.fill(byte))
    }

    #[test]
    fn a_key_reads_back_as_written() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &id(1), &key(1)).unwrap();
        assert_eq!(read(dir.path()).unwrap().bytes(), key(1).bytes());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &id(1), &key(1)).unwrap();
        let mode = fs::metadata(path(dir.path())).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &id(1), &key(1)).unwrap();
        for mode in [0o640, 0o604, 0o666] {
            fs::set_permissions(path(dir.path()), fs::Permissions::from_mode(mode)).unwrap();
            assert!(matches!(read(dir.path()), Err(KeyFileError::Exposed(seen)) if seen == mode));
        }
        fs::set_permissions(path(dir.path()), fs::Permissions::from_mode(0o400)).unwrap();
        read(dir.path()).unwrap();
    }

    #[test]
    fn a_file_of_another_length_is_not_a_key() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &id(1), &key(1)).unwrap();
        fs::write(path(dir.path()), "").unwrap();
        assert!(matches!(
            read(dir.path()),
            Err(KeyFileError::NotAKey(NotAKey::Length { len: 0 }))
        ));
        fs::write(path(dir.path()), "A".repeat(1_000_000)).unwrap();
        assert!(matches!(
            read(dir.path()),
            Err(KeyFileError::NotAKey(NotAKey::Length { .. }))
        ));
    }

    #[test]
    fn an_earlier_key_is_kept_beside_the_new_one() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &id(1), &key(1)).unwrap();
        write(dir.path(), &id(2), &key(2)).unwrap();
        assert_eq!(read(dir.path()).unwrap().bytes(), key(2).bytes());
        let kept = fs::read(record::before(&path(dir.path()), &id(2))).unwrap();
        assert_eq!(
            SealingKey::from_text(&kept).unwrap().bytes(),
            key(1).bytes()
        );
    }

    #[test]
    fn a_missing_file_is_missing() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(read(dir.path()), Err(KeyFileError::Missing)));
    }
}
