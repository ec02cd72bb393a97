//! The command line as typed.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::builder::styling::{AnsiColor, Styles};
use clap::parser::ValueSource;
use clap::{
    ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum, ValueHint,
};
use clap_complete::Shell;
use connect_core::domain::app::Profile;
use connect_core::domain::walk::Step;
use tracing::level_filters::LevelFilter;

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
  10 a step of a walk was refused, and not on purpose
  11 a walk was answered otherwise than was foreseen
  12 a step of a walk got no answer";

const WALK_EXIT_CODES_AND_EXAMPLES: &str = "\
Exit codes:
  0  walked as foreseen; what was refused was refused on purpose
  2  the arguments are not right
  3  there is no such app or persona
  4  the target is not unlocked, or the walk can't be walked as things are
  7  no sandbox is running on the data directory
  10 a step was refused, and not on purpose
  11 an answer was not as foreseen: a defect of this program or of the target
  12 a step got no answer: nobody is there, or the certificate is not trusted

Examples:
  Every step, as the first persona:
    connect-sandbox walk
  What the server says to the verifier of another flow:
    connect-sandbox walk --tamper wrong_verifier --persona maya
  Without the reuse that ends everything, so that the revocation has something to end:
    connect-sandbox walk --skip reuse
  Against a second sandbox, which runs in another terminal:
    connect-sandbox --data-dir /tmp/second serve --port 0
    eval \"$(connect-sandbox --data-dir /tmp/second env --format shell)\"
    connect-sandbox walk --target \"$LOOP_ISSUER\"";

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
    #[command(after_help = WALK_EXIT_CODES_AND_EXAMPLES)]
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
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct Serve {
    /// Port of the platform; 0 for any free one
    #[arg(long, value_name = "PORT", default_value_t = PORT)]
    pub(crate) port: u16,
    /// Serve the control surface over TCP as well, on this port; 0 for any free one [default with --ui: 9402, or any free one with --port 0]
    #[arg(long, value_name = "PORT")]
    pub(crate) control_port: Option<u16>,
    /// Serve the console to a browser, at the address that is printed
    #[arg(long)]
    pub(crate) ui: bool,
    /// Which rules are enforced, while this process runs: what the documents show (loop), or all of the security page (strict)
    #[arg(long, value_parser = profile_parser())]
    pub(crate) profile: Option<Profile>,
    /// What a new workspace begins with
    #[arg(long, default_value = "demo")]
    pub(crate) seed: SeedChoice,
    /// Keep nothing: the workspace ends with the process
    #[arg(long)]
    pub(crate) ephemeral: bool,
    /// Allow every authorization request as this persona, without asking
    #[arg(long, value_name = "EMAIL", value_hint = ValueHint::EmailAddress)]
    pub(crate) auto_approve: Option<String>,
    /// Listen on this address instead of loopback, for containers, phones and other machines
    #[arg(long, value_name = "IP")]
    pub(crate) listen: Option<IpAddr>,
    /// Answer to these names too, beside loopback
    #[arg(long, value_name = "HOST", num_args = 1.., action = ArgAction::Append, value_hint = ValueHint::Hostname)]
    pub(crate) allow_host: Vec<String>,
    /// Apply this connect.toml on start
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    /// Keep a new workspace's sealing key in a file, and do not ask the system keychain
    #[arg(long)]
    pub(crate) key_file: bool,
    /// Print one line of JSON when ready, and nothing else, to standard output
    #[arg(long)]
    pub(crate) json: bool,
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

#[derive(Debug, Args)]
pub(crate) struct Walk {
    /// Name or client_id of the app; with --target its client_id there [default: the first that signs people in]
    #[arg(long, value_name = "APP")]
    pub(crate) app: Option<String>,
    /// Who signs in: an email, what is before its @, or a name [default: the first persona]
    #[arg(long, value_name = "WHO", value_hint = ValueHint::EmailAddress)]
    pub(crate) persona: Option<String>,
    /// What goes wrong on purpose, such as wrong_verifier; can be given once for each step; `list` says what there is
    #[arg(long, value_name = "NAME", action = ArgAction::Append)]
    pub(crate) tamper: Vec<String>,
    /// A scope to ask for; can be given several times [default: openid, profile, email and biomarkers, as far as the app may have them]
    #[arg(long, value_name = "SCOPE", num_args = 1.., action = ArgAction::Append)]
    pub(crate) scope: Vec<String>,
    /// Base URL of another sandbox, or of a host that was unlocked; its app is taken from LOOP_CLIENT_ID, LOOP_CLIENT_SECRET and LOOP_REDIRECT_URI
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) target: Option<String>,
    /// The last step to take
    #[arg(long, value_name = "STEP", value_parser = step_parser())]
    pub(crate) until: Option<Step>,
    /// A step to leave out, such as reuse; can be given several times
    #[arg(long, value_name = "STEP", value_parser = step_parser(), hide_possible_values = true, action = ArgAction::Append)]
    pub(crate) skip: Vec<Step>,
    /// What the session is called in the console [default: made of what goes wrong, the app and the persona]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// The session as JSON, in one document however the walk ends
    #[arg(long)]
    pub(crate) json: bool,
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
pub(crate) enum SeedChoice {
    /// Three personas with two years of data, and demo apps
    Demo,
    /// Nothing but the services' own clients
    Empty,
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

fn profile_parser() -> impl clap::builder::TypedValueParser<Value = Profile> {
    use clap::builder::TypedValueParser as _;
    PossibleValuesParser::new(Profile::ALL.iter().map(|profile| profile.as_str()))
        .map(|word| Profile::from_word(&word).unwrap_or(Profile::Loop))
}

fn step_parser() -> impl clap::builder::TypedValueParser<Value = Step> {
    use clap::builder::TypedValueParser as _;
    PossibleValuesParser::new(Step::ALL.map(Step::as_str))
        .map(|word| Step::from_word(&word).unwrap_or(Step::AfterRevoke))
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
