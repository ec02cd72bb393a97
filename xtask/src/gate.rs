//! `cargo xtask test`: the one gate. What passes here may land; `.ci/run` runs exactly this.
//!
//! Steps go from cheap to dear, so that a wrong format is known after seconds and not after the tests.

use std::time::Duration;

use crate::setup::{self, Purpose};
use crate::step::{self, timed};
use crate::workspace::Workspace;
use crate::{codegen, driver, licences, session, tidy, ui};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only the steps whose names begin so, such as `tidiness` or `lints`.
    #[arg(long, value_name = "STEP")]
    only: Option<String>,
}

/// The programs are checked and tested as they ship: with the user interface, which is built before.
const WITH_UI: [&str; 2] = ["--features", "connect-cli/ui"];

/// A step's name and its work.
type Step = (&'static str, fn(&Workspace) -> anyhow::Result<()>);

const STEPS: &[Step] = &[
    ("set-up", set_up),
    ("format", format),
    ("tidiness", tidy::check),
    ("licences and sources", licences::check),
    ("generated files", codegen::check),
    ("user interface", ui::check),
    ("lints", lints),
    ("tests", tests),
];

pub(crate) fn execute(workspace: &Workspace, arguments: &Arguments) -> anyhow::Result<()> {
    let only = arguments.only.as_deref().unwrap_or_default();
    let steps: Vec<&Step> = STEPS
        .iter()
        .filter(|(name, _)| name.starts_with(only))
        .collect();
    let names: Vec<&str> = STEPS.iter().map(|(name, _)| *name).collect();
    anyhow::ensure!(
        !steps.is_empty(),
        "no such step; there are: {}",
        names.join(", ")
    );
    let mut times = Vec::new();
    for (name, work) in steps {
        times.push(timed(name, || work(workspace))?);
    }
    let total: Duration = times.iter().map(|(_, time)| *time).sum();
    step::say(format!("passed in {}", seconds(total)));
    for (name, time) in times {
        anstream::eprintln!("    {:>8}  {name}", seconds(time));
    }
    Ok(())
}

fn set_up(workspace: &Workspace) -> anyhow::Result<()> {
    setup::prepare(workspace, Purpose::Test)
}

fn format(workspace: &Workspace) -> anyhow::Result<()> {
    step::run(step::cargo(workspace).args(["fmt", "--all", "--check"]))
}

fn lints(workspace: &Workspace) -> anyhow::Result<()> {
    ui::build(workspace)?;
    step::run(
        step::cargo(workspace)
            .args([
                "clippy",
                "--quiet",
                "--workspace",
                "--all-targets",
                "--locked",
                "--keep-going",
            ])
            .args(WITH_UI)
            .args(["--", "-D", "warnings"]),
    )
}

/// How long each property test looks for a counterexample; `cargo xtask fuzz` gives them longer.
const PROPERTY_BUDGET_MS: &str = "400";

/// Runs every test in a session. The sandbox's program is built with them, since its own tests run it; this program is
/// not, so nothing replaces it under our feet.
fn tests(workspace: &Workspace) -> anyhow::Result<()> {
    ui::build(workspace)?;
    let mut tests = step::cargo(workspace);
    tests
        .args(["test", "--workspace", "--locked", "--no-fail-fast"])
        .args(WITH_UI)
        .envs(setup::browser_variables()?)
        .env("TAURI_DRIVER", driver::program(workspace));
    if std::env::var_os("ARBTEST_BUDGET_MS").is_none() {
        tests.env("ARBTEST_BUDGET_MS", PROPERTY_BUDGET_MS);
    }
    step::run(&mut session::within(&tests)?)
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
