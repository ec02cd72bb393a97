//! What only the desktop does: the window, files of the person's choice, and the sandboxes that the window can show.
//!
//! These commands go the same way as the sandbox's own, and a browser refuses them. They are in no other host, so they
//! are a list of their own; a desktop that lacks a handler does not compile.

use std::collections::BTreeMap;
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Hands the list of the desktop's commands to a macro of the caller's, in the form of [`crate::with_commands`].
#[macro_export]
macro_rules! with_host_commands {
    ($callback:path) => {
        $callback! {
            host {
                /// How the window's sandbox is: starting, running, or why it is not.
                state(Nothing) -> host::HostState, reads [], writes [];
                /// Starts the sandbox again after it could not be started.
                retry(host::Retry) -> host::HostState, reads [], writes [];
                /// Opens a walk's sign-in and consent in a window of their own; answers once that window has ended.
                open_walk(host::OpenWalk) -> host::WalkWindow, reads [], writes [];
                /// Opens an address in the person's own browser or mail program.
                open_external(host::OpenExternal) -> Done, reads [], writes [];
                /// Shows the workspace's files in the file browser, or its log files.
                open_folder(host::OpenFolder) -> Done, reads [], writes [];
                /// Puts text into the clipboard.
                copy_text(host::CopyText) -> Done, reads [], writes [];
                /// Asks where to, and writes a file there; null when the person changed their mind.
                save_file(host::SaveFile) -> Option<String>, reads [], writes [];
                /// Asks for a file and reads it; null when the person changed their mind.
                pick_file(host::PickFile) -> Option<host::PickedFile>, reads [], writes [];
                /// Sets the window's title.
                set_title(host::SetTitle) -> Done, reads [], writes [];
                /// Fills the screen with the window, or no longer.
                toggle_fullscreen(Nothing) -> Done, reads [], writes [];
                /// Stops the sandbox and ends the program.
                close(Nothing) -> Done, reads [], writes [];
                /// Shows a person's own shortcuts in the native menus.
                set_shortcuts(host::SetShortcuts) -> Done, reads [], writes [];
                /// At which port the sandbox is, and for whom.
                settings(Nothing) -> host::HostSettings, reads [], writes [];
                /// Changes them and starts the sandbox again with them.
                update_settings(host::HostSettings) -> host::HostState, reads [], writes [];
                /// Every workspace.
                workspaces(Nothing) -> host::WorkspaceList, reads [], writes [];
                /// Makes a workspace and opens it.
                create_workspace(host::WorkspaceName) -> host::HostState, reads [], writes [];
                /// Opens another workspace.
                switch_workspace(host::WorkspaceName) -> host::HostState, reads [], writes [];
                /// Copies a workspace under a new name, all of it.
                duplicate_workspace(host::DuplicateWorkspace) -> host::WorkspaceList, reads [], writes [];
                /// Deletes a workspace that is not open, with everything in it.
                delete_workspace(host::DeleteWorkspace) -> host::WorkspaceList, reads [], writes [];
            }
        }
    };
}

/// How the window's sandbox is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum HostState {
    /// It is being started.
    Starting,
    /// It runs.
    Running {
        /// The name of its workspace; none when its directory was chosen on the command line.
        workspace: Option<String>,
        /// Where the console was left in it the last time, `#/traffic/exch_…`: told once, to the page that begins.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        left: Option<String>,
    },
    /// It could not be started.
    Failed {
        /// Why, and what to do.
        message: String,
        /// The port that is in use, when that is why.
        port_in_use: Option<u16>,
    },
    /// It is being stopped, or has been.
    Stopped,
}

/// How to try again.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields, default)]
pub struct Retry {
    /// Take any free port this time.
    #[ts(as = "Option<_>", optional)]
    pub any_port: bool,
}

/// Sign-in and consent in a window that has no access to the console and shares no cookies with any other. The callback
/// is caught in it and handed to `simulator_callback`.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct OpenWalk {
    /// The session of the simulator, `walk_…`. A window that it has already gives way to the new one.
    pub session: String,
    /// The authorization request; `http` or `https`. The window goes nowhere but to its origin.
    pub url: String,
    /// Where the flow comes back to, with any scheme. The window ends before it goes there.
    pub redirect_uri: String,
}

/// How the window of a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct WalkWindow {
    /// In one word.
    pub ended: WalkWindowEnd,
}

/// How the window of a walk ended, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum WalkWindowEnd {
    /// The callback was caught, and the simulator has it.
    CameBack,
    /// The person closed it before; the walk goes on waiting.
    Closed,
    /// Another window was opened for the same session.
    Replaced,
    /// The sandbox was stopped, or another workspace was opened.
    Stopped,
}

/// An address to be opened.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct OpenExternal {
    /// `http`, `https` or `mailto`.
    pub url: String,
}

/// Which files are shown.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields, default)]
pub struct OpenFolder {
    /// Those that the program logs to, in place of all of the workspace's.
    #[ts(as = "Option<_>", optional)]
    pub logs: bool,
}

/// Text for the clipboard.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct CopyText {
    /// The text.
    pub text: String,
}

/// A file to be written where the person says.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct SaveFile {
    /// Proposed name: `trace.har`.
    pub name: String,
    /// Content, in base64.
    pub base64: String,
}

/// Which files may be picked.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct PickFile {
    /// As in HTML: `.toml,.json`; empty for any.
    pub accept: String,
}

/// A file that the person picked.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
pub struct PickedFile {
    /// Its name, without where it is.
    pub name: String,
    /// Content, in base64.
    pub base64: String,
}

/// A title.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct SetTitle {
    /// What the title bar shows after the program's name; empty for the name alone.
    pub title: String,
}

/// A person's own shortcuts.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct SetShortcuts {
    /// By id of the action; no shortcuts for one that was taken away. What is left out has its own again.
    pub shortcuts: BTreeMap<String, Vec<String>>,
}

/// At which port the sandbox is and for whom. All of it is given, and all of it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct HostSettings {
    /// Port of the platform; 0 for any free one.
    pub port: u16,
    /// The address to listen on in place of loopback, for containers, phones and other machines.
    #[ts(type = "string | null", optional = nullable)]
    pub listen: Option<IpAddr>,
    /// Names beyond loopback that requests may be addressed to.
    pub allow_hosts: Vec<String>,
}

/// The port of the platform unless told.
pub const PLATFORM_PORT: u16 = 9400;

impl Default for HostSettings {
    fn default() -> Self {
        Self {
            port: PLATFORM_PORT,
            listen: None,
            allow_hosts: Vec::new(),
        }
    }
}

/// Names a workspace: 1 to 60 letters, digits, spaces, `-`, `_` and `.`, beginning with a letter or digit.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct WorkspaceName {
    /// Its name.
    pub name: String,
}

/// A workspace to be copied.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct DuplicateWorkspace {
    /// Which workspace.
    pub name: String,
    /// The copy's name.
    pub copy: String,
}

/// A workspace to be deleted.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct DeleteWorkspace {
    /// Which workspace.
    pub name: String,
    /// Its name once more.
    pub confirm: String,
}

/// Every workspace, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct WorkspaceList {
    /// The open one; none when its directory was chosen on the command line.
    pub current: Option<String>,
    /// The workspaces.
    pub workspaces: Vec<WorkspaceInfo>,
}

/// A workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct WorkspaceInfo {
    /// Its name.
    pub name: String,
    /// Its directory.
    pub path: String,
    /// Bytes of everything in it.
    pub bytes: u64,
}
