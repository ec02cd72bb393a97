//! The seam to what an operating system means by "a file that only its owner can read".
//!
//! On Unix the file is made with mode 0600 in the call that makes it, so that it is at no moment open to others. On
//! Windows a file under the user's profile inherits an access list of that user, the administrators and the system.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Makes a new file that only its owner can read and write.
///
/// # Errors
/// `AlreadyExists` when there is one, otherwise what the operating system says.
pub(super) fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

/// The file's permission bits if they let anybody but its owner in, else `None`.
#[cfg(unix)]
pub(super) fn exposed_mode(file: &File) -> io::Result<Option<u32>> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file.metadata()?.permissions().mode() & 0o777;
    Ok((mode & 0o077 != 0).then_some(mode))
}

/// The file's permission bits if they let anybody but its owner in: not a question of bits on this system.
#[cfg(not(unix))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "the one shape that every platform gives"
)]
pub(super) fn exposed_mode(_file: &File) -> io::Result<Option<u32>> {
    Ok(None)
}

/// Makes the directory's entries survive a power cut.
#[cfg(unix)]
pub(super) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Makes the directory's entries survive a power cut: not possible for a directory on this system.
#[cfg(not(unix))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "the one shape that every platform gives"
)]
pub(super) fn sync_directory(_directory: &Path) -> io::Result<()> {
    Ok(())
}
