//! React Native: type-checked, and its calls of Loop run under Node (`../../react-native`). The React button too.

use std::process::Command;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::{Pasted, assert_secret, live_tokens, text};
use crate::support::process::Process;
use crate::support::sandbox::Sandbox;
use crate::support::tools;

const REDIRECT_URI: &str = "com.example.pasted:/callback";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_react_native_code_is_type_checked_and_its_calls_run_under_node() -> anyhow::Result<()>
{
    let sandbox = Sandbox::approving().await?;
    let app = sandbox.register("Pasted", "mobile", REDIRECT_URI).await?;
    let pasted = Pasted::of(&sandbox, &app.client_id, "react_native").await?;
    let button = sandbox.rpc("apps_button", json!({})).await?;
    std::fs::write(pasted.path().join("button.tsx"), text(&button["react"])?)?;
    let node = tools::node("react-native")?;
    let kept = tools::clients().join("react-native");
    pasted.link(&kept.join("node_modules"), "node_modules")?;
    for file in ["tsconfig.json", "drive.mjs"] {
        std::fs::copy(kept.join(file), pasted.path().join(file))?;
    }
    std::fs::write(
        pasted.path().join("package.json"),
        r#"{ "type": "module" }"#,
    )?;

    let mut check = Command::new(&node);
    check
        .current_dir(pasted.path())
        .args(["node_modules/typescript/bin/tsc", "--project", "."]);
    Process::start("tsc", &mut check)?.finish().await?;

    let mut drive = Command::new(&node);
    drive.current_dir(pasted.path()).arg("drive.mjs");
    let printed = Process::start("node", &mut drive)?.finish().await?;
    assert_secret(&printed);
    let told: Value = serde_json::from_str(printed.trim_end())
        .with_context(|| format!("it printed:\n{printed}"))?;
    assert!(told["results"].as_u64() > Some(0), "{told}");
    assert_eq!(
        (&told["rotated"], &told["refreshed_by_itself"]),
        (&true.into(), &true.into()),
        "{told}"
    );
    assert_eq!(told["after"], "invalid_grant", "{told}");
    assert_eq!(live_tokens(&sandbox).await?, 0);
    Ok(())
}
