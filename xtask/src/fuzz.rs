//! `cargo xtask fuzz`: the property tests and the kill -9 soak, for as long as one likes.
//!
//! They are ordinary tests that are short in `cargo xtask test`; here they are only given more time. Every property
//! test is one call of `arbtest`, which takes its time from `ARBTEST_BUDGET_MS`, so the time is shared among the calls
//! that the sources hold. The soak reads `CONNECT_SOAK_SECONDS`.

use crate::setup::{self, Purpose};
use crate::workspace::Workspace;
use crate::{session, step, tidy};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How long it takes, about; half of it for the properties, half for the soak.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    minutes: u32,
    /// The seed that a failed property test printed: repeats it instead of looking for more.
    #[arg(long, value_name = "HEX")]
    seed: Option<String>,
}

pub(crate) fn execute(workspace: &Workspace, arguments: &Arguments) -> anyhow::Result<()> {
    setup::prepare(workspace, Purpose::Test)?;
    let properties = u32::try_from(tidy::uses(workspace, "arbtest::arbtest(")?)?.max(1);
    let half = arguments.minutes * 30;
    let budget = half * 1000 / properties;
    step::say(format!(
        "{properties} properties, {budget} ms each; the soak takes {half} s"
    ));
    let mut tests = step::cargo(workspace);
    tests
        .args(["test", "--workspace", "--no-fail-fast"])
        .envs(setup::browser_variables()?)
        .env("ARBTEST_BUDGET_MS", budget.to_string())
        .env("CONNECT_SOAK_SECONDS", half.to_string());
    if let Some(seed) = &arguments.seed {
        tests.env("ARBTEST_SEED", seed);
    }
    step::run(&mut session::within(&tests)?)
}
