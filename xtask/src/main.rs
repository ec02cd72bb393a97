//! `cargo xtask`: everything a developer or CI does with this repository.
//!
//! Owns: preparing a machine, starting the sandbox, the one gate that `.ci/run` runs, generated files, benchmarks and
//! long fuzzing. It must never be needed to build or use the product: the crates know nothing of it, and it knows the
//! product only from outside (its command line, its HTTP). To add a command: one file here, one variant below.

mod bench;
mod bundle;
mod clients;
mod codegen;
mod driver;
mod fuzz;
mod gate;
mod licences;
mod machine;
mod run;
mod session;
mod setup;
mod stamp;
mod step;
mod tidy;
mod ui;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Work on Connect Console.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what running and testing need, where that may be done; otherwise say what is missing.
    Setup(setup::Arguments),
    /// Build and start the sandbox, and say where it is.
    Run(run::Arguments),
    /// Set up, then check everything: format, tidiness, licences, generated files, lints and every test.
    #[command(visible_alias = "ci")]
    Test(gate::Arguments),
    /// Write what is generated from the sources (checked queries, the console's TypeScript), or check it.
    Codegen(codegen::Arguments),
    /// Make an installable package of the console.
    Bundle(bundle::Arguments),
    /// Measure the sandbox beside its peers, and write BENCHMARKS.md.
    Bench(bench::Arguments),
    /// Give the property tests and the kill -9 soak more time.
    Fuzz(fuzz::Arguments),
    /// Run a command with a private D-Bus keychain; started by `test` inside `dbus-run-session`.
    #[command(hide = true)]
    Session(session::Arguments),
}

fn main() -> ExitCode {
    match execute(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The chain of causes, without a backtrace: the reader has to mend the repository, not this program.
            anstream::eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn execute(command: Command) -> anyhow::Result<()> {
    let workspace = workspace::Workspace::find()?;
    match command {
        Command::Setup(arguments) => setup::execute(&workspace, &arguments),
        Command::Run(arguments) => run::execute(&workspace, &arguments),
        Command::Test(arguments) => gate::execute(&workspace, &arguments),
        Command::Session(arguments) => session::execute(&arguments),
        Command::Bundle(arguments) => bundle::execute(&workspace, &arguments),
        Command::Bench(arguments) => bench::execute(&workspace, &arguments),
        Command::Fuzz(arguments) => fuzz::execute(&workspace, &arguments),
        Command::Codegen(arguments) => codegen::execute(&workspace, &arguments),
    }
}
