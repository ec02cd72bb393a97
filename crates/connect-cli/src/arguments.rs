//! The command line as typed.

mod serve;
mod walk;

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::builder::styling::{AnsiColor, Styles};
use clap::parser::ValueSource;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use tracing::level_filters::LevelFilter;

pub(crate) use self::serve::{SeedChoice, Serve};
pub(crate) use self::walk::Walk;

/// The port of the platform unless told.
pub(crate) const PORT: u16 = 9400;

/// The port of the control listener with `--ui`, unless told: the same each time, since browsers keep what a page
/// remembers by its address.
pub(crate) const CONTROL_PORT: u16 = 9402;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// What `explain` calls the newest exchange that was refused, and `trace` the newest trace.
pub(crate) const LAST: &str = "last";

const COMPLETIONS: &str = "\
For this shell only:
  bash  source <(connect-sandbox completions bash)
  zsh   source <(connect-sandbox completions zsh)
  fish  connect-sandbox completions fish | source

For every shell, put that line into ~/.bashrc, after `compinit` into ~/.zshrc, or into ~/.config/fish/config.fish.";

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  something of ours failed
  2  the arguments, a payload or the configuration file are not right
  3  what was named does not exist
  4  it contradicts the present state, or has to be confirmed first
  5  not allowed
  6  the sealing key can't be had, or the sandbox is stopping
  7  no sandbox is running on the data directory
  8  another process has the data directory
  9  a port is in use
  10 a step of a walk was refused or went wrong, and not on purpose
  11 a walk was answered otherwise than was foreseen
  12 a step of a walk got no answer
  13 a step of a walk was cancelled
  14 a step of a walk waits for a person";

/// All of Connect with Loop on this machine: the authorization server and the services behind it, offline.
#[derive(Debug, Parser)]
#[command(name = "connect-sandbox", version, propagate_version = true, styles = STYLES, after_long_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// Where the workspace is kept, and where a running sandbox is found [default: the platform's place for data]
    #[arg(long, global = true, env = "CONNECT_DATA_DIR", value_name = "DIR", value_hint = ValueHint::DirPath, hide_env_values = true)]
    pub(crate) data_dir: Option<PathBuf>,
    /// How much is logged to standard error
    #[arg(
        long,
        global = true,
        env = "CONNECT_LOG",
        value_name = "LEVEL",
        default_value = "warn",
        hide_env_values = true
    )]
    pub(crate) log: LogLevel,
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Whether `data_dir` was typed, rather than taken from the environment.
    #[arg(skip)]
    pub(crate) data_dir_was_typed: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a sandbox until it is stopped
    #[command(after_long_help = EXIT_CODES)]
    Serve(Serve),
    /// Call a command of a running sandbox
    #[command(after_help = "See `connect-sandbox commands` for what there is.")]
    Rpc(Rpc),
    /// List the commands that `rpc` calls, or say what one of them takes
    Commands {
        /// Name of a command, to read what it takes
        command: Option<String>,
        /// Names, topics and JSON Schemas as JSON
        #[arg(long)]
        json: bool,
    },
    /// Say where the running sandbox is and how it is
    Status {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print an app's credentials and addresses for its environment
    Env(Env),
    /// Print code that runs as it is, made for an app
    Code(Code),
    /// Say why an exchange was answered as it was
    Explain {
        /// Id of the exchange, or `last` for the newest that was refused
        #[arg(default_value = LAST)]
        exchange: String,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Tell a trace in order: each exchange, what it changed, and where it goes on
    Trace {
        /// Id of the trace or of an exchange in it, or `last` for the one in which something happened last
        #[arg(default_value = LAST)]
        trace: String,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Walk through the flow as an app does: each step with what was foreseen and what came
    #[command(after_help = walk::EXIT_CODES_AND_EXAMPLES)]
    Walk(Walk),
    /// Print the running world as a connect.toml
    Export {
        /// Put ids and secrets in, so that the copy answers to the same .env
        #[arg(long)]
        with_secrets: bool,
    },
    /// Clear activity: traffic, grants, tokens and sessions go; apps, secrets, personas and keys stay
    Clear,
    /// Print a script that completes this command line
    #[command(after_help = COMPLETIONS)]
    Completions {
        /// For which shell
        shell: Shell,
    },
    /// Print the JSON Schema of connect.toml
    #[command(hide = true)]
    ConfigSchema,
}

#[derive(Debug, Args)]
pub(crate) struct Rpc {
    /// Name of the command, such as apps_list
    pub(crate) command: String,
    /// Its payload as JSON; `-` reads it from standard input; left out when it takes none
    pub(crate) payload: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Env {
    /// Name or client_id of the app [default: Demo Web App, or the only one there is]
    #[arg(long, value_name = "APP")]
    pub(crate) app: Option<String>,
    /// For a .env file, for `eval` in a shell, or as JSON
    #[arg(long, default_value = "dotenv")]
    pub(crate) format: EnvFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Code {
    /// In what
    pub(crate) language: Language,
    /// Name or client_id of the app [default: Demo Web App, or the only one there is]
    #[arg(long, value_name = "APP")]
    pub(crate) app: Option<String>,
    /// Write the files and `.env` into this directory, made when it is not there; no file is overwritten
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) into: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// Node.js with Express
    Node,
    /// Python with Flask
    Python,
    /// React Native with Expo
    ReactNative,
    /// A shell script around curl
    Curl,
    /// Rust
    Rust,
}

impl From<Language> for connect_rpc::apps::CodeLanguage {
    fn from(language: Language) -> Self {
        match language {
            Language::Node => Self::Node,
            Language::Python => Self::Python,
            Language::ReactNative => Self::ReactNative,
            Language::Curl => Self::Curl,
            Language::Rust => Self::Rust,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EnvFormat {
    Dotenv,
    Shell,
    Json,
}

impl From<EnvFormat> for connect_rpc::apps::EnvFormat {
    fn from(format: EnvFormat) -> Self {
        match format {
            EnvFormat::Dotenv => Self::Dotenv,
            EnvFormat::Shell => Self::Shell,
            EnvFormat::Json => Self::Json,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl LogLevel {
    pub(crate) const fn filter(self) -> LevelFilter {
        match self {
            Self::Off => LevelFilter::OFF,
            Self::Error => LevelFilter::ERROR,
            Self::Warn => LevelFilter::WARN,
            Self::Info => LevelFilter::INFO,
            Self::Debug => LevelFilter::DEBUG,
            Self::Trace => LevelFilter::TRACE,
        }
    }
}

/// The command line as shells complete it: with the names of all commands after `rpc` and `commands`. They are no
/// possible values of the arguments themselves, since a slip is answered better than with a list of them all.
pub(crate) fn for_completion() -> clap::Command {
    let with = |name: &'static str, words: Vec<&'static str>| {
        // `mut_arg` would put the argument behind the others.
        move |command: clap::Command| {
            command.mut_args(|arg| {
                if arg.get_id() == name {
                    arg.value_parser(PossibleValuesParser::new(words.clone()))
                } else {
                    arg
                }
            })
        }
    };
    let names: Vec<&str> = connect_rpc::COMMANDS
        .iter()
        .map(|known| known.name)
        .collect();
    Arguments::command()
        .mut_subcommand("rpc", with("command", names.clone()))
        .mut_subcommand("commands", with("command", names))
        .mut_subcommand("explain", with("exchange", vec![LAST]))
        .mut_subcommand("trace", with("trace", vec![LAST]))
}

/// Reads the command line; help, version and mistakes end the process here, a mistake with exit code 2.
pub(crate) fn read() -> Arguments {
    let matches = Arguments::command().get_matches();
    match Arguments::from_arg_matches(&matches) {
        Ok(arguments) => Arguments {
            data_dir_was_typed: matches.value_source("data_dir") == Some(ValueSource::CommandLine),
            ..arguments
        },
        Err(error) => error.exit(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }
}
