//! `connect-sandbox`: the headless host.
//!
//! Owns the command line: its arguments, what it prints and where, its exit codes. `serve` is a sandbox in this process;
//! every other command is a question to one that runs, over the local socket of its data directory. Must never know
//! how a command is carried out.
//!
//! Data goes to standard output, everything said to people to standard error, colour to terminals only.
//!
//! To add a command: its arguments in [`arguments`], its function in [`commands`], and its rows in `tests/it`.

mod arguments;
mod commands;
mod explain;
mod failure;
mod output;
mod paths;
mod trace;
mod ui;
mod walk;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = arguments::read();
    let logs = connect_app::host::logs::start(arguments.log.filter());
    match commands::run(arguments, &logs) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.say();
            ExitCode::from(failure.exit_code())
        }
    }
}
