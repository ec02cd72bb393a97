//! `connect-sandbox serve`: a sandbox in this process, until it is stopped.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use connect_app::control::client::Client;
use connect_app::host::logs::{DIRECTORY, LogFile};
use connect_app::host::signals::Stop;
use connect_app::{App, Config, ControlAddress, Seed, StartError, Storage};
use connect_core::Env;
use connect_rpc::ErrorCode;
use connect_rpc::people::{PersonList, PersonRef};
use serde::Serialize;
use serde_json::json;

use super::summary;
use crate::arguments::{CONTROL_PORT, SeedChoice, Serve};
use crate::failure::Failure;
use crate::{output, paths, ui};

/// Threads that run the sandbox. The databases have their own.
const WORKERS: usize = 2;
/// Threads for the few calls that block, such as name look-ups.
const BLOCKING: usize = 4;
/// How long what is being answered may take to end.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) fn run(
    serve: &Serve,
    data_dir: Option<PathBuf>,
    data_dir_was_typed: bool,
    logs: &LogFile,
) -> Result<(), Failure> {
    if serve.ephemeral && data_dir_was_typed {
        return Err(Failure::Arguments(
            "--ephemeral keeps nothing, so there is no place for --data-dir; give one or the other"
                .to_owned(),
        ));
    }
    if serve.ui && ui::files().is_none() {
        return Err(Failure::Arguments(
            "--ui: this connect-sandbox was built without the console; run `cargo xtask run --headless`, or build it with `npm run build` in ui/ and then `cargo build --package connect-cli --features ui`"
                .to_owned(),
        ));
    }
    let storage = if serve.ephemeral {
        Storage::Ephemeral
    } else {
        Storage::At(paths::data_dir(data_dir)?)
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .max_blocking_threads(BLOCKING)
        .thread_name("sandbox")
        .enable_all()
        .build()
        .map_err(|error| Failure::System("no runtime can be started", error))?;
    let served = runtime.block_on(serve_until_stopped(serve, storage, logs));
    // Whatever still blocks has nothing left to say.
    runtime.shutdown_background();
    served
}

async fn serve_until_stopped(
    serve: &Serve,
    storage: Storage,
    logs: &LogFile,
) -> Result<(), Failure> {
    let mut stop =
        Stop::listen().map_err(|error| Failure::System("signals can't be listened for", error))?;
    let started = tokio::select! {
        started = App::start(config(serve, storage), Arc::new(Env::system())) => started,
        () = stop.asked() => return Ok(()),
    };
    let app = match started {
        Ok(app) => app,
        Err(error) => return Err(not_started(error).await),
    };
    if let Err(error) = logs.keep_in(&app.data_dir().join(DIRECTORY)) {
        tracing::warn!(%error, "logs go to standard error only");
    }
    let result = serve_app(serve, &app, &mut stop).await;
    tracing::info!("the sandbox is stopping");
    if serve.ephemeral {
        // The directory goes with the sandbox, and some systems keep one that has an open file.
        logs.let_go();
    }
    let stopped = tokio::select! {
        stopped = tokio::time::timeout(PATIENCE, app.stop()) => stopped.is_ok(),
        () = stop.asked() => false,
    };
    result?;
    if !stopped {
        return Err(Failure::System(
            "the sandbox did not stop in time",
            std::io::ErrorKind::TimedOut.into(),
        ));
    }
    if !serve.json {
        output::say("Stopped.");
    }
    Ok(())
}

async fn serve_app(serve: &Serve, app: &App, stop: &mut Stop) -> Result<(), Failure> {
    if let Some(email) = &serve.auto_approve {
        is_a_persona(app, email).await?;
    }
    if serve.json {
        output::data(&ready(app)?)?;
    } else {
        output::say(&summary::text(app).await?);
    }
    tokio::select! {
        () = stop.asked() => {}
        () = app.stopped() => {}
    }
    if !serve.json {
        output::say("Stopping…");
    }
    Ok(())
}

fn config(serve: &Serve, storage: Storage) -> Config {
    Config {
        storage,
        port: serve.port,
        control_port: control_port(serve),
        seed: match serve.seed {
            SeedChoice::Demo => Seed::Demo,
            SeedChoice::Empty => Seed::Empty,
        },
        profile: serve.profile,
        auto_approve: serve.auto_approve.clone(),
        listen: serve.listen,
        allow_hosts: serve.allow_host.clone(),
        key_file: serve.key_file,
        ui: serve.ui.then(ui::files).flatten(),
        config_file: serve.config.clone(),
    }
}

fn control_port(serve: &Serve) -> Option<u16> {
    let usual = if serve.port == 0 { 0 } else { CONTROL_PORT };
    serve.control_port.or(serve.ui.then_some(usual))
}

/// What a program that starts a sandbox waits for, in one line.
#[derive(Serialize)]
struct ReadyLine<'a> {
    ready: bool,
    platform: &'a str,
    control: Option<Control>,
    /// Where a browser opens the console.
    #[serde(skip_serializing_if = "Option::is_none")]
    ui: Option<String>,
    data_dir: &'a Path,
    pid: u32,
}

#[derive(Serialize)]
struct Control {
    url: String,
    token: String,
}

fn ready(app: &App) -> Result<String, Failure> {
    let (control, ui) = match app.control() {
        Some(ControlAddress { url, token, ui }) => (Some(Control { url, token }), ui),
        None => (None, None),
    };
    let line = ReadyLine {
        ready: true,
        platform: app.platform(),
        control,
        ui,
        data_dir: app.data_dir(),
        pid: std::process::id(),
    };
    Ok(serde_json::to_string(&line).map_err(std::io::Error::other)?)
}

/// `--auto-approve` as nobody would refuse every authorization request, one by one.
async fn is_a_persona(app: &App, email: &str) -> Result<(), Failure> {
    match app
        .rpc(
            "people_get",
            json!(PersonRef {
                user_id: email.to_owned()
            }),
        )
        .await
    {
        Ok(_) => Ok(()),
        Err(error) if error.code == ErrorCode::NotFound => {
            let known = app
                .rpc("people_list", json!({}))
                .await
                .map_err(Failure::Command)?;
            let known: PersonList = serde_json::from_value(known)
                .map_err(|error| Failure::UnknownAnswer("people_list", error))?;
            let emails: Vec<String> = known
                .people
                .into_iter()
                .map(|person| person.email)
                .collect();
            let known = if emails.is_empty() {
                "there are none".to_owned()
            } else {
                format!("there are {}", emails.join(", "))
            };
            Err(Failure::Arguments(format!(
                "--auto-approve: no persona has the email `{}`; {known}",
                output::plain(email)
            )))
        }
        Err(error) => Err(Failure::Command(error)),
    }
}

/// Names the sandbox of ours that has the port, where it is one.
async fn not_started(error: StartError) -> Failure {
    let StartError::PortInUse { port, flag } = error else {
        return Failure::Start(error);
    };
    for data_dir in other_workspaces() {
        if let Ok(client) = Client::connect(&data_dir).await {
            let runtime = client.runtime();
            let on_port =
                |url: &str| url.rsplit(':').next().and_then(|text| text.parse().ok()) == Some(port);
            if on_port(&runtime.platform) || runtime.control.as_deref().is_some_and(on_port) {
                return Failure::PortOfAnotherSandbox {
                    port,
                    flag,
                    pid: runtime.pid,
                    data_dir,
                };
            }
        }
    }
    Failure::Start(error)
}

/// Directories in which another sandbox is likely to run: the default one, and those of ephemeral sandboxes.
fn other_workspaces() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = paths::default_data_dir().into_iter().collect();
    let temporary = std::fs::read_dir(std::env::temp_dir())
        .into_iter()
        .flatten()
        .flatten();
    all.extend(
        temporary
            .filter(|entry| {
                entry
                    .file_name()
                    .to_string_lossy()
                    .starts_with("connect-sandbox-")
            })
            .map(|entry| entry.path()),
    );
    all
}
