//! A long list in the Traffic panel, in both engines that show it: the window's and a browser's. The time is taken inside
//! the page, from what a person does until the right rows are painted.

use std::time::Duration;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::display::Display;
use super::driver::Page;
use super::world::{self, World};
use crate::bench::sandbox::Sandbox;
use crate::bench::session::launch;
use crate::run::CONSOLE;
use crate::step;
use crate::workspace::Workspace;

const PAGE: &str = include_str!("page.js");
const PLAIN: &str = include_str!("plain.js");

/// What a person does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::bench) enum Deed {
    /// Opens the panel for the first time, so that its program is loaded first.
    OpenFirst,
    /// Opens it again.
    Open,
    /// Goes to the first row, which was not read before.
    Start,
    /// Goes back to the last row.
    End,
    /// Scrolls to the middle, which was not read before.
    Middle,
    /// Filters by what stands in the rows, with the filter.
    Filter(String),
    /// Looks for words in all that was sent and answered.
    Text(String),
    /// Takes the filter away.
    Clear,
}

/// How often it was done, and how long it took each time.
#[derive(Debug, Clone, Default)]
pub(in crate::bench) struct Taken {
    /// Until the right rows were painted.
    pub(in crate::bench) times: Vec<Duration>,
    /// The command that these rows need, asked by the page and drawn nowhere.
    pub(in crate::bench) alone: Vec<Duration>,
    /// How many rows there were to show.
    pub(in crate::bench) matching: i64,
}

/// What one engine showed.
#[derive(Debug, Default)]
pub(in crate::bench) struct Shown {
    /// The engine, in words.
    pub(in crate::bench) engine: &'static str,
    /// As its driver names it, with its version.
    pub(in crate::bench) version: String,
    pub(in crate::bench) deeds: Vec<(Deed, Taken)>,
    pub(in crate::bench) plain: Option<Plain>,
}

/// A page of as many rows, all of them in the document.
#[derive(Debug, Clone, Copy)]
pub(in crate::bench) struct Plain {
    pub(in crate::bench) open: Duration,
    pub(in crate::bench) end: Duration,
    pub(in crate::bench) filter: Duration,
    pub(in crate::bench) text: Duration,
}

/// The list in both engines.
#[derive(Debug, Default)]
pub(in crate::bench) struct Rows {
    pub(in crate::bench) exchanges: i64,
    pub(in crate::bench) mebibytes: i64,
    pub(in crate::bench) shown: Vec<Shown>,
}

/// Makes the traffic, and looks at it in both engines.
///
/// # Errors
/// When a program does not start, or the right rows are not painted.
pub(in crate::bench) async fn measure(
    workspace: &Workspace,
    profile: &str,
    exchanges: usize,
    rounds: usize,
) -> anyhow::Result<Rows> {
    let world = world::make(workspace, profile, exchanges).await?;
    step::say(format!(
        "{} exchanges, {} MiB",
        world.exchanges, world.mebibytes
    ));
    let rows = Rows {
        exchanges: world.exchanges,
        mebibytes: world.mebibytes,
        shown: vec![
            in_the_window(workspace, profile, &world, rounds).await?,
            in_a_browser(workspace, profile, &world, rounds).await?,
        ],
    };
    world::remove(&world.directory)?;
    Ok(rows)
}

async fn in_the_window(
    workspace: &Workspace,
    profile: &str,
    world: &World,
    rounds: usize,
) -> anyhow::Result<Shown> {
    let display = Display::start().await?;
    let data = world.directory.to_string_lossy().into_owned();
    let arguments = ["--data-dir", &data, "--key-file", "--port", "0"].map(str::to_owned);
    let console = workspace.program(profile, CONSOLE);
    let mut page = Page::webkit(&display, Some((&console, &arguments))).await?;
    let mut shown = Shown {
        engine: "WebKitGTK",
        version: page.engine().to_owned(),
        ..Shown::default()
    };
    shown.look(&mut page, world, rounds).await?;
    page.close().await?;
    let mut page = Page::webkit(&display, None).await?;
    page.engine().clone_into(&mut shown.version);
    shown.plain = plain(&mut page, world.exchanges).await;
    // A page that still works on its rows is not waited for: its program ends with the value.
    drop(page);
    Ok(shown)
}

async fn in_a_browser(
    workspace: &Workspace,
    profile: &str,
    world: &World,
    rounds: usize,
) -> anyhow::Result<Shown> {
    let sandbox = Sandbox::with_console(workspace, profile, &world.directory)?;
    let server = launch(&sandbox).await?;
    let home = tempfile::tempdir()?;
    let mut page = Page::chromium(home.path()).await?;
    let mut shown = Shown {
        engine: "Chromium",
        version: page.engine().to_owned(),
        ..Shown::default()
    };
    let ready = sandbox.ready().await?;
    page.go(ready["ui"].as_str().context("the console has an address")?)
        .await?;
    shown.look(&mut page, world, rounds).await?;
    page.go("about:blank").await?;
    shown.plain = plain(&mut page, world.exchanges).await;
    drop(page);
    server.stop().await?;
    Ok(shown)
}

impl Shown {
    /// Every round loads the page anew, so that nothing is left of the round before but what the sandbox keeps.
    async fn look(&mut self, page: &mut Page, world: &World, rounds: usize) -> anyhow::Result<()> {
        for round in 0..=rounds {
            // The first round is for the system's own memory of the files; it is not counted.
            let counts = round > 0;
            page.run(PAGE, json!({ "step": "leave" })).await?;
            page.reload().await?;
            for deed in deeds(world) {
                if deed == Deed::Open {
                    page.run(PAGE, json!({ "step": "leave" })).await?;
                }
                let given = match &deed {
                    Deed::Filter(text) | Deed::Text(text) => {
                        json!({ "step": "filter", "text": text })
                    }
                    other => json!({ "step": other.step() }),
                };
                let said = page.run(PAGE, given).await;
                let said = said.with_context(|| format!("{}: {deed:?}", self.engine))?;
                if counts {
                    self.keep(deed, &said)?;
                }
            }
            step::say(format!("{}: round {round} of {rounds}", self.engine));
        }
        for (deed, taken) in &self.deeds {
            step::say(format!("{}: {deed:?}: {:?}", self.engine, taken.times));
        }
        Ok(())
    }

    fn keep(&mut self, deed: Deed, said: &Value) -> anyhow::Result<()> {
        let number = self.deeds.iter().position(|(known, _)| *known == deed);
        let number = number.unwrap_or_else(|| {
            self.deeds.push((deed, Taken::default()));
            self.deeds.len() - 1
        });
        let taken = &mut self.deeds[number].1;
        taken.times.push(time(&said["ms"])?);
        taken.alone.push(time(&said["alone"])?);
        taken.matching = said["matching"].as_i64().context("a number of rows")?;
        Ok(())
    }
}

impl Deed {
    fn step(&self) -> &'static str {
        match self {
            Self::OpenFirst | Self::Open => "open",
            Self::Start => "start",
            Self::End => "end",
            Self::Middle => "middle",
            Self::Filter(_) | Self::Text(_) => "filter",
            Self::Clear => "clear",
        }
    }
}

/// What is done in a round, in order.
fn deeds(world: &World) -> Vec<Deed> {
    let mut deeds = vec![
        Deed::OpenFirst,
        Deed::Open,
        Deed::Start,
        Deed::End,
        Deed::Middle,
    ];
    for text in world::filters(world.app) {
        deeds.extend([Deed::Filter(text), Deed::Clear]);
    }
    for text in world::TEXTS {
        deeds.extend([Deed::Text(text.to_owned()), Deed::Clear]);
    }
    deeds
}

/// None when the page does not come through with so many rows in the time that a script may take.
async fn plain(page: &mut Page, rows: i64) -> Option<Plain> {
    let taken = async {
        let said = page.run(PLAIN, json!({ "rows": rows })).await?;
        anyhow::Ok(Plain {
            open: time(&said["open"])?,
            end: time(&said["end"])?,
            filter: time(&said["filter"])?,
            text: time(&said["text"])?,
        })
    };
    match taken.await {
        Ok(plain) => Some(plain),
        Err(error) => {
            step::say(format!("a page of {rows} rows: {error:#}"));
            None
        }
    }
}

fn time(milliseconds: &Value) -> anyhow::Result<Duration> {
    let number = milliseconds.as_f64().context("a time in milliseconds")?;
    Ok(Duration::from_secs_f64(number.max(0.0) / 1000.0))
}
