//! `cargo xtask bench`: the headless budgets of the design, measured beside two peers in the same run.
//!
//! Servers run one at a time, the load generator on the same machine. Each round measures every server once, and the
//! round in the middle counts, so that a moment's disturbance of the machine falls on no one server alone. The result
//! is `BENCHMARKS.md`. Nothing here is a test: `cargo xtask test` never runs it.

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

use crate::run::SANDBOX;
use crate::setup::{self, Purpose};
use crate::step;
use crate::workspace::Workspace;
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
    /// Measure one piece of work of the sandbox alone, with processor times; writes no report.
    #[arg(long, value_enum, value_name = "WORK", conflicts_with_all = ["quick", "peers"])]
    only: Option<Work>,
    /// The cargo profile of the sandbox's program: `profiling` has the symbols that `perf` reads.
    #[arg(long, default_value = "release", value_name = "NAME")]
    profile: String,
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
};

pub(crate) fn execute(workspace: &Workspace, arguments: &Arguments) -> anyhow::Result<()> {
    anyhow::ensure!(
        cfg!(target_os = "linux"),
        "the benchmarks read Linux's /proc; run them on Linux"
    );
    setup::prepare(workspace, Purpose::Run)?;
    setup::node_is_new_enough()?;
    if cfg!(debug_assertions) {
        return from_release_build(workspace, arguments);
    }
    let effort = if arguments.quick { QUICK } else { FULL };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    if let Some(work) = arguments.only {
        return runtime.block_on(session::look(workspace, &arguments.profile, LOOK, work));
    }
    let results = runtime.block_on(session::measure(
        workspace,
        &arguments.profile,
        effort,
        arguments.peers,
    ))?;
    let text = report::text(&results);
    if arguments.quick || arguments.peers {
        anstream::println!("{text}");
    } else {
        std::fs::write(workspace.path("BENCHMARKS.md"), text)?;
        step::say("BENCHMARKS.md is written");
    }
    Ok(())
}

/// Builds the sandbox and this program with optimisation, and goes on as that program: a slow load generator would
/// measure itself.
fn from_release_build(workspace: &Workspace, arguments: &Arguments) -> anyhow::Result<()> {
    step::say("building for release");
    step::run(step::cargo(workspace).args(["build", "--release", "--package", "xtask"]))?;
    if !arguments.peers {
        step::run(
            step::cargo(workspace)
                .args(["build", "--package", "connect-cli", "--bin", SANDBOX])
                .args(["--profile", &arguments.profile]),
        )?;
    }
    let mut again = std::process::Command::new(workspace.program("release", "xtask"));
    again.args(std::env::args_os().skip(1));
    step::run(&mut again)
}
