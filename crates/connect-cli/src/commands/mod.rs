//! What each command does.

mod ask;
mod code;
mod env;
mod explain;
mod list;
mod rpc;
mod serve;
mod status;
mod summary;
mod trace;
mod walk;
mod world;

use std::io;

use connect_app::host::logs::LogFile;

use crate::arguments::{self, Arguments, Command};
use crate::failure::Failure;
use crate::{output, paths};

/// Carries out what was typed.
pub(crate) fn run(arguments: Arguments, logs: &LogFile) -> Result<(), Failure> {
    let Arguments {
        data_dir,
        command,
        data_dir_was_typed,
        ..
    } = arguments;
    match command {
        Command::Serve(serve) => serve::run(&serve, data_dir, data_dir_was_typed, logs),
        Command::Commands { command, json } => list::run(command.as_deref(), json),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(
                shell,
                &mut arguments::for_completion(),
                "connect-sandbox",
                &mut script,
            );
            // In bash, clap_complete writes the dash of the program's name in two ways (`sc.replace('-', CMD_SEP)` in
            // its `bash.rs`), so that nothing after a subcommand would be completed.
            let script = String::from_utf8_lossy(&script)
                .replace("connect__subcmd__sandbox", "connect__sandbox");
            Ok(output::data(&script)?)
        }
        Command::ConfigSchema => {
            let schema = serde_json::to_string_pretty(&connect_app::configuration::schema());
            Ok(output::data(&schema.map_err(io::Error::other)?)?)
        }
        asking => {
            let data_dir = paths::data_dir(data_dir)?;
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| Failure::System("no runtime can be started", error))?;
            runtime.block_on(async {
                match asking {
                    Command::Rpc(call) => rpc::run(&data_dir, call).await,
                    Command::Status { json } => status::run(&data_dir, json).await,
                    Command::Env(env) => env::run(&data_dir, env).await,
                    Command::Code(code) => code::run(&data_dir, code).await,
                    Command::Explain { exchange, json } => {
                        explain::run(&data_dir, &exchange, json).await
                    }
                    Command::Trace { trace, json } => trace::run(&data_dir, &trace, json).await,
                    Command::Walk(walk) => walk::run(&data_dir, walk).await,
                    Command::Export { with_secrets } => {
                        world::export(&data_dir, with_secrets).await
                    }
                    Command::Clear => world::clear(&data_dir).await,
                    Command::Serve(_)
                    | Command::Commands { .. }
                    | Command::Completions { .. }
                    | Command::ConfigSchema => {
                        unreachable!("carried out above")
                    }
                }
            })
        }
    }
}
