//! `cargo xtask bench`: the budgets of the design, measured beside peers in the same run: two servers for the sandbox, a
//! bare window and a plain page for the console.
//!
//! Servers run one at a time, the load generator on the same machine. Each round measures every server once, and the
//! round in the middle counts, so that a moment's disturbance of the machine falls on no one server alone. The result
//! is `BENCHMARKS.md`. Nothing here is a test: `cargo xtask test` never runs it.

mod desktop;
mod glewlwyd;
mod http;
mod load;
mod machine;
mod oidc_provider;
mod process;
mod report;
mod sandbox;
mod session;
mod subject;
mod workload;

use std::time::Duration;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::run::{CONSOLE, SANDBOX};
use crate::setup::{self, Purpose};
use crate::workspace::Workspace;
use crate::{step, ui};
use load::Timing;
use session::Work;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run everything for a moment only, to try the benchmarks themselves; writes no report.
    #[arg(long)]
    quick: bool,
    /// Measure the peers only; writes no report.
    #[arg(long)]
    peers: bool,
    /// Measure one thing alone: a piece of work of the sandbox, with processor times, or what the console shows (`window`,
    /// `rows`); writes no report.
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with = "peers")]
    only: Option<Only>,
    /// The cargo profile of the sandbox's program: `profiling` has the symbols that `perf` reads.
    #[arg(long, default_value = "release", value_name = "NAME")]
    profile: String,
}

/// What can be measured alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Only {
    Work(Work),
    /// How soon the window can be used, and its memory.
    Window,
    /// A long list in the console.
    Rows,
}

impl ValueEnum for Only {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Work(Work::Refresh8),
            Self::Work(Work::Refresh32),
            Self::Work(Work::Introspect8),
            Self::Work(Work::Resource8),
            Self::Work(Work::Flow1),
            Self::Window,
            Self::Rows,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Work(work) => work.to_possible_value(),
            Self::Window => Some(PossibleValue::new("window")),
            Self::Rows => Some(PossibleValue::new("rows")),
        }
    }
}

/// How much is measured.
#[derive(Debug, Clone, Copy)]
struct Effort {
    rounds: usize,
    timing: Timing,
    starts: usize,
    grants: usize,
    races: usize,
    /// The wait before memory is read.
    settle: Duration,
    desktop: desktop::Effort,
}

const FULL: Effort = Effort {
    rounds: 3,
    timing: Timing {
        warm_up: Duration::from_secs(1),
        measured: Duration::from_secs(5),
    },
    starts: 20,
    grants: 10_000,
    races: 1_000,
    settle: Duration::from_secs(2),
    desktop: desktop::Effort {
        starts: 10,
        settle: Duration::from_secs(10),
        exchanges: 100_000,
        rounds: 7,
    },
};

/// Long enough to attach a profiler.
const LOOK: Effort = Effort {
    rounds: 1,
    timing: Timing {
        warm_up: Duration::from_secs(2),
        measured: Duration::from_secs(10),
    },
    ..FULL
};

const QUICK: Effort = Effort {
    rounds: 1,
    timing: Timing {
        warm_up: Duration::from_millis(200),
        measured: Duration::from_secs(1),
    },
    starts: 3,
    grants: 200,
    races: 10,
    settle: Duration::from_millis(200),
    desktop: desktop::Effort {
        starts: 2,
        settle: Duration::from_secs(1),
        exchanges: 2_000,
        rounds: 2,
    },
};

pub(crate) fn execute(workspace: &Workspace, arguments: &Arguments) -> anyhow::Result<()> {
    anyhow::ensure!(
        cfg!(target_os = "linux"),
        "the benchmarks read Linux's /proc; run them on Linux"
    );
    let on_the_desktop = !arguments.peers && !matches!(arguments.only, Some(Only::Work(_)));
    setup::prepare(
        workspace,
        if on_the_desktop {
            Purpose::Test
        } else {
            Purpose::Run
        },
    )?;
    setup::node_is_new_enough()?;
    if cfg!(debug_assertions) {
        return from_release_build(workspace, arguments, on_the_desktop);
    }
    let effort = if arguments.quick { QUICK } else { FULL };
    // All that is started here writes its log beside its data.
    std::fs::create_dir_all(workspace.target("bench"))?;
    // Cargo keeps what it builds by `dev` in a directory of another name.
    let profile = match arguments.profile.as_str() {
        "dev" => "debug",
        other => other,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    match arguments.only {
        Some(Only::Work(work)) => {
            return runtime.block_on(session::look(workspace, profile, LOOK, work));
        }
        Some(only) => {
            let (window, rows) = (only == Only::Window, only == Only::Rows);
            let shown = desktop::measure(workspace, profile, effort.desktop, window, rows);
            anstream::println!("{}", report::desktop_alone(&runtime.block_on(shown)?));
            return Ok(());
        }
        None => {}
    }
    let mut results = runtime.block_on(session::measure(
        workspace,
        profile,
        effort,
        arguments.peers,
    ))?;
    if on_the_desktop {
        let shown = desktop::measure(workspace, profile, effort.desktop, true, true);
        results.desktop = runtime.block_on(shown)?;
    }
    let text = report::text(&results);
    if arguments.quick || arguments.peers {
        anstream::println!("{text}");
    } else {
        std::fs::write(workspace.path("BENCHMARKS.md"), text)?;
        step::say("BENCHMARKS.md is written");
    }
    Ok(())
}

/// Builds the programs and this one with optimisation, and goes on as that program: a slow load generator would measure
/// itself. With the desktop they are built together, as `cargo xtask bundle` does.
fn from_release_build(
    workspace: &Workspace,
    arguments: &Arguments,
    on_the_desktop: bool,
) -> anyhow::Result<()> {
    step::say("building for release");
    step::run(step::cargo(workspace).args(["build", "--release", "--package", "xtask"]))?;
    let mut programs = step::cargo(workspace);
    programs
        .args(["build", "--profile", &arguments.profile])
        .args(["--package", "connect-cli", "--bin", SANDBOX]);
    if on_the_desktop {
        ui::build(workspace)?;
        programs
            .args(["--package", CONSOLE, "--bin", CONSOLE])
            .args(["--bin", desktop::BARE])
            .args(["--features", "connect-cli/ui,connect-console/bench"]);
    }
    if !arguments.peers {
        step::run(&mut programs)?;
    }
    let mut again = std::process::Command::new(workspace.program("release", "xtask"));
    again.args(std::env::args_os().skip(1));
    step::run(&mut again)
}
