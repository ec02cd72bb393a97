//! What is typed after `serve`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{ArgAction, Args, ValueEnum, ValueHint};
use connect_core::domain::app::Profile;

use super::PORT;

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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SeedChoice {
    /// Three personas with two years of data, and demo apps
    Demo,
    /// Nothing but the services' own clients
    Empty,
}

fn profile_parser() -> impl clap::builder::TypedValueParser<Value = Profile> {
    use clap::builder::TypedValueParser as _;
    PossibleValuesParser::new(Profile::ALL.iter().map(|profile| profile.as_str()))
        .map(|word| Profile::from_word(&word).unwrap_or(Profile::Loop))
}
