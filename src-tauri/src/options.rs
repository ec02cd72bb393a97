//! The command line of the window: little, since the console itself is where things are set.

use std::path::PathBuf;

use clap::Parser;
use tracing::level_filters::LevelFilter;

/// Connect with Loop, all of it, on one machine: the sandbox and its console in a window.
#[derive(Debug, Parser)]
#[command(name = "connect-console", version)]
pub(crate) struct Options {
    /// Where the workspace is kept [default: the workspace that was open last]
    #[arg(
        long,
        env = "CONNECT_DATA_DIR",
        value_name = "DIR",
        hide_env_values = true
    )]
    pub(crate) data_dir: Option<PathBuf>,
    /// Port of the platform, this time; 0 for any free one
    #[arg(long, value_name = "PORT")]
    pub(crate) port: Option<u16>,
    /// Keep nothing: the workspace ends with the window
    #[arg(long, conflicts_with = "data_dir")]
    pub(crate) ephemeral: bool,
    /// Keep a new workspace's sealing key in a file, and do not ask the system keychain
    #[arg(long)]
    pub(crate) key_file: bool,
    /// How much is logged to standard error: off, error, warn, info, debug or trace
    #[arg(
        long,
        env = "CONNECT_LOG",
        value_name = "LEVEL",
        default_value = "warn",
        hide_env_values = true
    )]
    pub(crate) log: LevelFilter,
}

impl Options {
    /// Whether this is the person's own console, of which there is one, and not one for a directory of its own.
    pub(crate) fn is_the_usual_one(&self) -> bool {
        self.data_dir.is_none() && !self.ephemeral
    }
}
