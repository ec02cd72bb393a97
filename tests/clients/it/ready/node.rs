//! Node.js with Express.

use serde_json::json;

use super::{Pasted, assert_secret, page, registered, whole_life};
use crate::support::sandbox::Sandbox;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_node_code_of_a_web_app_runs_as_pasted() -> anyhow::Result<()> {
    let sandbox = Sandbox::start().await?;
    let (app, _) = registered(&sandbox, "web").await?;
    let pasted = Pasted::of(&sandbox, &app, "node").await?;
    pasted.link_express()?;
    let mut process = pasted.run()?;
    let page = page(&mut process).await?;
    whole_life(&sandbox, &page, true).await?;
    assert_secret(&process.printed());
    Ok(())
}

/// A public app has no secret and any port; the strict profile wants the nonce.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_node_code_of_a_native_app_runs_as_pasted() -> anyhow::Result<()> {
    let sandbox = Sandbox::approving().await?;
    let strict = json!({ "profile": "strict" });
    sandbox.rpc("settings_update", strict).await?;
    let (app, _) = registered(&sandbox, "native").await?;
    let pasted = Pasted::of(&sandbox, &app, "node").await?;
    pasted.link_express()?;
    let mut process = pasted.run()?;
    let page = page(&mut process).await?;
    whole_life(&sandbox, &page, false).await
}
