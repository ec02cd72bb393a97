//! openid-client for Node, the newest and the line before it (`../../openid-client`).

use std::process::Command;

use anyhow::Context as _;
use serde_json::Value;

use super::{ALGORITHMS, REDIRECT_URI, approving};
use crate::support::process::Process;
use crate::support::sandbox::{Credentials, MAYA, MAYA_EMAIL, Sandbox};
use crate::support::tools;

async fn run(arguments: &[&str], sandbox: &Sandbox, app: &Credentials) -> anyhow::Result<Value> {
    let mut command = Command::new(tools::node("openid-client")?);
    command
        .current_dir(tools::clients().join("openid-client"))
        .args(arguments)
        .env("LOOP_IDENTITY_URL", sandbox.url())
        .env("LOOP_CLINICAL_URL", sandbox.clinical())
        .env("LOOP_CLIENT_ID", &app.client_id)
        .env("LOOP_CLIENT_SECRET", &app.client_secret)
        .env("LOOP_REDIRECT_URI", REDIRECT_URI);
    let printed = Process::start("openid-client", &mut command)?
        .finish()
        .await?;
    let answer = printed.lines().last().unwrap_or_default();
    serde_json::from_str(answer).with_context(|| format!("{arguments:?} printed:\n{printed}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn openid_client_takes_the_id_token_with_every_algorithm() -> anyhow::Result<()> {
    let (sandbox, app) = approving().await?;
    for algorithm in ALGORITHMS {
        sandbox.sign_with(&app.client_id, algorithm).await?;
        let got = run(&["client.mjs"], &sandbox, &app).await?;
        assert_eq!(got["claims"]["email"], MAYA_EMAIL, "{algorithm}: {got}");
        assert_eq!(got["claims"]["name"], MAYA);
        assert!(got["results"].as_u64() > Some(0), "{got}");
        assert_eq!(
            (&got["rotated"], &got["active"]),
            (&true.into(), &true.into()),
            "{got}"
        );
        assert_eq!(got["after"], "invalid_token", "{got}");
    }
    Ok(())
}

/// What a partner with that library meets in production too (ruling 16), and both ways out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn openid_client_5_refuses_the_default_until_one_side_is_told() -> anyhow::Result<()> {
    let (sandbox, app) = approving().await?;
    let got = run(&["five.mjs"], &sandbox, &app).await?;
    assert_eq!(
        got["error"],
        "unexpected JWT alg received, expected RS256, got: EdDSA"
    );

    let told = run(&["five.mjs", "EdDSA"], &sandbox, &app).await?;
    assert_eq!(told["claims"]["email"], MAYA_EMAIL, "{told}");

    sandbox.sign_with(&app.client_id, "RS256").await?;
    let set = run(&["five.mjs"], &sandbox, &app).await?;
    assert_eq!(set["claims"]["email"], MAYA_EMAIL, "{set}");
    assert_eq!(
        (&set["rotated"], &set["active"]),
        (&true.into(), &true.into()),
        "{set}"
    );
    Ok(())
}
