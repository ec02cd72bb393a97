//! The window from the start of its program until it can be used, and what it holds of the memory then, beside a bare
//! window of the same kind.
//!
//! Nothing is asked of the program: what counts is what can be seen on the display. The picture of a window that has
//! come to rest is kept, and the others are ready when theirs is the same but for what a clock changes.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::ensure;

use super::display::{Display, Picture};
use super::program::{Held, Program};
use crate::bench::process::{PATIENCE, free_port};
use crate::run::CONSOLE;
use crate::step;
use crate::workspace::Workspace;

/// The program of the bare window.
pub(in crate::bench) const BARE: &str = "bare-window";

/// Time between two looks at the display.
const BETWEEN_LOOKS: Duration = Duration::from_millis(4);
/// How many pixels of a thousand may differ from the picture of rest: clocks move on.
const CLOCKS: f64 = 2.0;
/// A window that has not changed for so long has come to rest.
const REST: Duration = Duration::from_secs(2);

/// What a window took and holds.
#[derive(Debug, Default)]
pub(in crate::bench) struct Opened {
    /// From the start of the program until anything of it could be seen.
    pub(in crate::bench) seen: Vec<Duration>,
    /// Until all of it was painted.
    pub(in crate::bench) usable: Vec<Duration>,
    pub(in crate::bench) held: Held,
}

/// Both windows.
#[derive(Debug, Default)]
pub(in crate::bench) struct Windows {
    pub(in crate::bench) console: Opened,
    pub(in crate::bench) bare: Opened,
}

/// A window's program, and how it looks at rest.
struct Subject<'a> {
    display: &'a Display,
    name: &'static str,
    program: PathBuf,
    arguments: Vec<String>,
    rest: Picture,
    /// Where it listens, if it does: the next one can only then.
    listens: Option<SocketAddr>,
}

/// Opens both windows by turns.
///
/// # Errors
/// When one does not open, or never comes to rest.
pub(in crate::bench) async fn measure(
    workspace: &Workspace,
    profile: &str,
    starts: usize,
    settle: Duration,
) -> anyhow::Result<Windows> {
    let display = Display::start().await?;
    let nothing = display.look()?;
    let port = free_port()?;
    let data = display.home().join("workspace");
    let arguments = [
        "--data-dir".to_owned(),
        data.to_string_lossy().into_owned(),
        "--key-file".to_owned(),
        "--port".to_owned(),
        port.to_string(),
    ];
    let console = workspace.program(profile, CONSOLE);
    let bare = workspace.program(profile, BARE);
    let listens = SocketAddr::from(([127, 0, 0, 1], port));
    let console = Subject::prepare(&display, CONSOLE, &console, &arguments, Some(listens)).await?;
    let bare = Subject::prepare(&display, BARE, &bare, &[], None).await?;
    let mut windows = Windows::default();
    for _ in 0..starts {
        console.open(&nothing, &mut windows.console).await?;
        bare.open(&nothing, &mut windows.bare).await?;
    }
    windows.console.held = console.hold(settle).await?;
    windows.bare.held = bare.hold(settle).await?;
    for (name, opened) in [(CONSOLE, &windows.console), (BARE, &windows.bare)] {
        step::say(format!("{name}: {opened:?}"));
    }
    Ok(windows)
}

impl<'a> Subject<'a> {
    /// Opens it twice: the first time makes what it keeps, the second time shows how it looks.
    async fn prepare(
        display: &'a Display,
        name: &'static str,
        program: &Path,
        arguments: &[String],
        listens: Option<SocketAddr>,
    ) -> anyhow::Result<Self> {
        let mut subject = Self {
            display,
            name,
            program: program.to_path_buf(),
            arguments: arguments.to_vec(),
            rest: display.look()?,
            listens,
        };
        for _ in 0..2 {
            let mut running = subject.start()?;
            subject.rest = at_rest(display, &mut running).await?;
            subject.stop(running).await?;
        }
        Ok(subject)
    }

    fn start(&self) -> anyhow::Result<Program> {
        let mut command: Command = self.display.within(&self.program);
        Program::start(command.args(&self.arguments), &self.display.log(self.name))
    }

    /// Opens it once, and takes the time.
    async fn open(&self, nothing: &Picture, opened: &mut Opened) -> anyhow::Result<()> {
        let start = Instant::now();
        let mut running = self.start()?;
        let mut seen = None;
        loop {
            tokio::time::sleep(BETWEEN_LOOKS).await;
            let picture = self.display.look()?;
            let now = start.elapsed();
            if seen.is_none() && picture.differs(nothing) > 0.0 {
                seen = Some(now);
            }
            let differs = picture.differs(&self.rest);
            if let Some(seen) = seen.filter(|_| differs <= CLOCKS) {
                opened.seen.push(seen);
                opened.usable.push(now);
                break;
            }
            running.still_runs()?;
            ensure!(
                now < PATIENCE,
                "{} never looks as it did: {differs:.2} pixels of a thousand differ",
                self.name
            );
        }
        self.stop(running).await
    }

    /// What it holds once it has been left alone for a while.
    async fn hold(&self, settle: Duration) -> anyhow::Result<Held> {
        let mut running = self.start()?;
        at_rest(self.display, &mut running).await?;
        tokio::time::sleep(settle).await;
        let held = running.held()?;
        self.stop(running).await?;
        Ok(held)
    }

    async fn stop(&self, running: Program) -> anyhow::Result<()> {
        running.stop().await?;
        let start = Instant::now();
        // A port is free a moment after its program has gone.
        while let Some(address) = self.listens
            && std::net::TcpListener::bind(address).is_err()
        {
            ensure!(start.elapsed() < PATIENCE, "{address} stays taken");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}

/// How a window looks once it has shown something and changes no more.
async fn at_rest(display: &Display, running: &mut Program) -> anyhow::Result<Picture> {
    let empty = display.look()?;
    let mut last = display.look()?;
    let (start, mut since) = (Instant::now(), Instant::now());
    while last.differs(&empty) <= 0.0 || since.elapsed() < REST {
        tokio::time::sleep(BETWEEN_LOOKS * 5).await;
        let picture = display.look()?;
        if picture.differs(&last) > CLOCKS {
            since = Instant::now();
            last = picture;
        }
        running.still_runs()?;
        ensure!(
            start.elapsed() < PATIENCE * 3,
            "a window never comes to rest"
        );
    }
    display.look()
}
