//! Machines: a token that speaks for no person.

use serde_json::{Value, json};

use super::{Pasted, assert_secret};
use crate::support::process::Process;
use crate::support::sandbox::Sandbox;

/// Registers a machine; its id.
pub(super) async fn machine(sandbox: &Sandbox) -> anyhow::Result<String> {
    let request = json!({ "name": "Pasted", "app_type": "m2m", "scopes": ["admin:clinical"] });
    let answer = sandbox.rpc("apps_create", request).await?;
    Ok(super::text(&answer["client_id"])?.to_owned())
}

/// What a machine's program ends with: that its token is known and good.
pub(super) async fn assert_known(process: Process, app: &str) -> anyhow::Result<()> {
    let printed = process.finish().await?;
    assert_secret(&printed);
    let known: Value = serde_json::from_str(printed.trim_end().lines().last().unwrap_or_default())?;
    assert_eq!(known["active"], true, "{known}");
    assert_eq!(known["client_id"], app);
    assert_eq!(known["scope"], "admin:clinical");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_code_of_a_machine_runs_as_pasted_in_node_python_and_curl() -> anyhow::Result<()> {
    let sandbox = Sandbox::start().await?;
    let app = machine(&sandbox).await?;
    for language in ["node", "python", "curl"] {
        let pasted = Pasted::of(&sandbox, &app, language).await?;
        pasted.link_venv()?;
        assert_known(pasted.run()?, &app).await?;
    }
    Ok(())
}
