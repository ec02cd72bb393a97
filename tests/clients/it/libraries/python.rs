//! Authlib and requests-oauthlib (`../../authlib`).

use std::process::Command;

use anyhow::Context as _;
use serde_json::Value;

use super::{ALGORITHMS, REDIRECT_URI, approving};
use crate::support::process::Process;
use crate::support::sandbox::{Credentials, MAYA, MAYA_EMAIL, Sandbox};
use crate::support::tools;

async fn run(library: &'static str, sandbox: &Sandbox, app: &Credentials) -> anyhow::Result<Value> {
    let mut command = Command::new(tools::python()?);
    command
        .current_dir(tools::clients().join("authlib"))
        .args(["client.py", library])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("LOOP_IDENTITY_URL", sandbox.url())
        .env("LOOP_CLINICAL_URL", sandbox.clinical())
        .env("LOOP_CLIENT_ID", &app.client_id)
        .env("LOOP_CLIENT_SECRET", &app.client_secret)
        .env("LOOP_REDIRECT_URI", REDIRECT_URI);
    let printed = Process::start(library, &mut command)?.finish().await?;
    // Before its answer a library may print warnings.
    let answer = printed.lines().last().unwrap_or_default();
    serde_json::from_str(answer).with_context(|| format!("{library} printed:\n{printed}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authlib_takes_the_id_token_with_every_algorithm() -> anyhow::Result<()> {
    let (sandbox, app) = approving().await?;
    for algorithm in ALGORITHMS {
        sandbox.sign_with(&app.client_id, algorithm).await?;
        let got = run("authlib", &sandbox, &app).await?;
        assert_eq!(got["claims"]["email"], MAYA_EMAIL, "{algorithm}: {got}");
        assert_eq!(got["claims"]["name"], MAYA);
        assert_eq!(got["claims"]["iss"], sandbox.url());
        assert!(got["results"].as_u64() > Some(0), "{got}");
        assert_eq!(
            (&got["rotated"], &got["active"]),
            (&true.into(), &true.into()),
            "{got}"
        );
        assert_eq!(
            (&got["revoked"], &got["after"]),
            (&200.into(), &401.into()),
            "{got}"
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_oauthlib_walks_the_flow() -> anyhow::Result<()> {
    let (sandbox, app) = approving().await?;
    let got = run("requests-oauthlib", &sandbox, &app).await?;
    assert!(got["results"].as_u64() > Some(0), "{got}");
    assert_eq!(
        (&got["rotated"], &got["after"]),
        (&true.into(), &200.into()),
        "{got}"
    );
    Ok(())
}
