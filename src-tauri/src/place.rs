//! Where this person's workspaces are, and what the window remembers beside them.

use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use connect_app::host::workspaces::Workspaces;

use crate::stored::Stored;

/// The workspaces, and the file beside them.
pub(crate) struct Place {
    workspaces: Workspaces,
    stored: Mutex<Stored>,
    /// Not when a directory was named on the command line: that window leaves nothing but its workspace.
    remembers: bool,
}

impl Place {
    pub(crate) fn new(workspaces: Workspaces, remembers: bool) -> Self {
        let stored = if remembers {
            Stored::read(workspaces.root())
        } else {
            Stored::default()
        };
        Self {
            workspaces,
            stored: Mutex::new(stored),
            remembers,
        }
    }

    pub(crate) fn workspaces(&self) -> &Workspaces {
        &self.workspaces
    }

    pub(crate) fn stored(&self) -> Stored {
        self.stored
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The name of the workspace in a directory, if it is one of these.
    pub(crate) fn name_of(&self, directory: &Path) -> Option<String> {
        self.workspaces.name_of(directory)
    }

    /// Changes what is remembered.
    ///
    /// # Errors
    /// When the file can't be written; nothing is changed then.
    pub(crate) fn remember(&self, change: impl FnOnce(&mut Stored)) -> io::Result<()> {
        let mut stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = stored.clone();
        change(&mut next);
        if self.remembers {
            next.write(self.workspaces.root())?;
        }
        *stored = next;
        Ok(())
    }
}
