//! `connect-sandbox export` and `clear`.

use std::path::Path;

use connect_rpc::Done;
use connect_rpc::workspace::{Export, Exported};
use serde_json::json;

use super::ask::Sandbox;
use crate::failure::Failure;
use crate::output;

pub(super) async fn export(data_dir: &Path, with_secrets: bool) -> Result<(), Failure> {
    let exported: Exported = Sandbox::on(data_dir)
        .await?
        .get("workspace_export", json!(Export { with_secrets }))
        .await?;
    Ok(output::data(&exported.toml)?)
}

pub(super) async fn clear(data_dir: &Path) -> Result<(), Failure> {
    let _: Done = Sandbox::on(data_dir)
        .await?
        .get("workspace_clear", json!({}))
        .await?;
    output::say(
        "Cleared: traffic, grants, tokens and sessions are gone; apps, secrets, personas and keys are as they were.",
    );
    Ok(())
}
