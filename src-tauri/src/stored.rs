//! What the window remembers between runs: which workspace was open, at which port, for whom.

use std::io;
use std::path::{Path, PathBuf};

use connect_app::host::paths::DEFAULT_WORKSPACE;
use connect_rpc::host::HostSettings;
use serde::{Deserialize, Serialize};

/// Beside the workspaces.
const FILE: &str = "console.json";

/// The file's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stored {
    /// The workspace that was open last.
    pub(crate) workspace: String,
    #[serde(flatten)]
    pub(crate) settings: HostSettingsFile,
}

/// The settings as they are kept: whatever an older file lacks is as it is unless told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct HostSettingsFile {
    port: u16,
    listen: Option<std::net::IpAddr>,
    allow_hosts: Vec<String>,
}

impl Default for HostSettingsFile {
    fn default() -> Self {
        HostSettings::default().into()
    }
}

impl From<HostSettings> for HostSettingsFile {
    fn from(settings: HostSettings) -> Self {
        let HostSettings {
            port,
            listen,
            allow_hosts,
        } = settings;
        Self {
            port,
            listen,
            allow_hosts,
        }
    }
}

impl From<HostSettingsFile> for HostSettings {
    fn from(file: HostSettingsFile) -> Self {
        Self {
            port: file.port,
            listen: file.listen,
            allow_hosts: file.allow_hosts,
        }
    }
}

impl Default for Stored {
    fn default() -> Self {
        Self {
            workspace: DEFAULT_WORKSPACE.to_owned(),
            settings: HostSettingsFile::default(),
        }
    }
}

impl Stored {
    /// Reads the file beside the workspaces; as it is unless told where there is none, or none that can be read.
    pub(crate) fn read(root: &Path) -> Self {
        let text = match std::fs::read(path(root)) {
            Ok(text) => text,
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    tracing::warn!(%error, "what the window remembers can't be read");
                }
                return Self::default();
            }
        };
        serde_json::from_slice(&text).unwrap_or_else(|error| {
            tracing::warn!(%error, "what the window remembers is not understood");
            Self::default()
        })
    }

    /// Writes it, whole or not at all.
    ///
    /// # Errors
    /// When the file can't be written.
    pub(crate) fn write(&self, root: &Path) -> io::Result<()> {
        std::fs::create_dir_all(root)?;
        let mut file = tempfile::NamedTempFile::new_in(root)?;
        serde_json::to_writer_pretty(&mut file, self)?;
        file.persist(path(root)).map_err(|error| error.error)?;
        Ok(())
    }
}

fn path(root: &Path) -> PathBuf {
    root.join(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_an_older_file_is_completed() {
        let root = tempfile::tempdir().expect("a folder");
        assert_eq!(Stored::read(root.path()), Stored::default());
        let stored = Stored {
            workspace: "demo".to_owned(),
            settings: HostSettings {
                port: 9500,
                listen: Some([0, 0, 0, 0].into()),
                allow_hosts: vec!["phone.test".to_owned()],
            }
            .into(),
        };
        stored.write(root.path()).expect("written");
        assert_eq!(Stored::read(root.path()), stored);
        std::fs::write(path(root.path()), r#"{"workspace": "old"}"#).expect("written");
        let old = Stored::read(root.path());
        assert_eq!((old.workspace.as_str(), old.settings.port), ("old", 9400));
        std::fs::write(path(root.path()), "half a fi").expect("written");
        assert_eq!(Stored::read(root.path()), Stored::default());
    }
}
