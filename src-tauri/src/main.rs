//! `connect-console`: the desktop host.
//!
//! Owns the window, native menus and dialogs, the windows in which people sign in during a walk, and the life of the
//! sandbox behind them: starting it beside the window, opening another workspace, stopping it before the end. The
//! console's window may call two commands and nothing else: `rpc` for everything that is asked, `changes` for everything
//! that is told; the windows of walks may call none. Must never know how a command of the sandbox is carried out.
//!
//! To add something that only a desktop can do: its line in `connect_rpc::with_host_commands`, and its handler in
//! [`host`]; until then this crate does not compile.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

#[cfg(target_os = "linux")]
mod drawing;
mod host;
mod kept;
mod left;
mod menu;
mod options;
mod place;
mod quit;
mod rpc;
mod sandbox;
mod stored;
mod walk;
mod window;

use std::process::ExitCode;

use clap::Parser as _;
use connect_app::host::logs::{self, LogFile};
use connect_app::host::paths;
use connect_app::host::signals::Stop;
use connect_app::host::workspaces::Workspaces;
use tauri::{App, Manager as _, RunEvent, WindowEvent};

use crate::menu::Menus;
use crate::options::Options;
use crate::place::Place;
use crate::sandbox::{Sandbox, Wanted};

/// Threads that run the sandbox. The databases and the window have their own.
const WORKERS: usize = 2;

fn main() -> ExitCode {
    let options = Options::parse();
    let logs = logs::start(options.log);
    match run(&options, logs) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the console could not be opened");
            eprintln!("connect-console: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options, logs: LogFile) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("sandbox")
        .enable_all()
        .build()?;
    tauri::async_runtime::set(runtime.handle().clone());
    // From the beginning: what is asked while the window is being made is done once it is there.
    let stop = runtime.block_on(async { Stop::listen() })?;
    let place = Place::new(
        Workspaces::at(paths::workspaces()?),
        options.is_the_usual_one(),
    );
    let wanted = wanted(options, &place)?;
    let sandbox = Sandbox::new(wanted, logs);
    let starting = sandbox.clone();

    let mut builder = tauri::Builder::default();
    if options.is_the_usual_one() {
        // The first of all: where there is one already, `build` shows it and does not come back.
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, _, _| {
            if let Some(window) = app.get_webview_window(window::MAIN) {
                window::show(&window);
            }
        }));
    }
    let remembers_window = tauri_plugin_window_state::Builder::default()
        .with_state_flags(window::REMEMBERED)
        .with_filter(|label| label == window::MAIN)
        .build();
    let app = builder
        .plugin(remembers_window)
        .plugin(tauri_plugin_dialog::init())
        .manage(sandbox)
        .manage(place)
        .manage(rpc::Stream::default())
        .manage(quit::Asked::default())
        .manage(walk::Walks::default())
        .invoke_handler(tauri::generate_handler![rpc::rpc, rpc::changes])
        .on_menu_event(|app, event| menu::chosen(app, &event.id().0))
        .setup(move |app| Ok(set_up(app, stop)?))
        .build(tauri::generate_context!("../tauri.conf.json"))?;
    // It is the only one, and only now is anything opened. Beside the window: neither waits for the other.
    runtime.spawn(async move { starting.start().await });
    app.run(|app, event| match event {
        RunEvent::WindowEvent {
            label,
            event: WindowEvent::CloseRequested { api, .. },
            ..
        } if label == window::MAIN => {
            api.prevent_close();
            quit::ask(app);
        }
        // The last window has gone without being asked; what is written stays written, but it ends cleanly.
        RunEvent::ExitRequested {
            api, code: None, ..
        } => {
            api.prevent_exit();
            quit::ask(app);
        }
        _ => {}
    });
    Ok(())
}

fn set_up(app: &mut App, stop: Stop) -> tauri::Result<()> {
    let menus = Menus::install(app)?;
    app.manage(menus);
    window::open(app, kept::last(app.handle()))?;
    tauri::async_runtime::spawn(quit::when_the_system_asks(app.handle().clone(), stop));
    Ok(())
}

/// What the command line asks for, and for the rest what was there last.
fn wanted(options: &Options, place: &Place) -> Result<Wanted, Box<dyn std::error::Error>> {
    let stored = place.stored();
    let directory = match &options.data_dir {
        Some(directory) => Some(std::path::absolute(directory)?),
        None if options.ephemeral => None,
        None => {
            let named = place.workspaces().directory(&stored.workspace);
            Some(named.or_else(|_| place.workspaces().directory(paths::DEFAULT_WORKSPACE))?)
        }
    };
    Ok(Wanted {
        directory,
        settings: stored.settings.into(),
        port: options.port,
        key_file: options.key_file,
    })
}
