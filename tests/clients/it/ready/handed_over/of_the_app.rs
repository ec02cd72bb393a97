//! Slips that are the app's own to find, without a request: in its programs they are made again, and found again.

use anyhow::Context as _;
use serde_json::json;

use super::super::registered;
use super::super::rust::assert_same;
use super::{Walk, assert_in_order};
use crate::support::sandbox::Sandbox;

/// Slips that are the app's own to find, and what it finds wrong.
const OF_THE_APP: [(&str, &str, &str); 12] = [
    ("callback", "altered_state", "the state"),
    ("callback", "callback_without_state", "the state"),
    ("callback", "other_issuer", "the issuer"),
    ("callback", "callback_without_issuer", "the issuer"),
    ("callback", "missing_code", "the code"),
    ("callback", "error_in_callback", "the error"),
    ("id_token", "alg_none", "the algorithm"),
    ("id_token", "key_confusion", "the algorithm"),
    ("id_token", "unknown_key", "the key"),
    ("id_token", "other_nonce", "the nonce"),
    ("id_token", "other_audience", "the audience"),
    ("id_token", "expired_id_token", "the time"),
];

/// The program makes the slip again, and finds it again: without a request, as the app did.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_app_found_by_itself_the_program_finds_too() -> anyhow::Result<()> {
    let sandbox = Sandbox::approving().await?;
    for (step, slip, what) in OF_THE_APP {
        let walk = Walk::of(&sandbox, "web", Some((step, slip))).await?;
        for form in ["curl", "node", "python"] {
            let written = walk.written(&sandbox, form).await?;
            let run = written.run(form).await;
            let printed = run.with_context(|| format!("{slip} in {form}:\n{}", written.text))?;
            assert_in_order(&printed, &[&format!("Refused, as in the walk: {what}")]);
            assert!(written.text.contains("On purpose: "), "{}", written.text);
        }
    }
    Ok(())
}

/// The same in Rust, as far as its texts differ by more than a name: one for each thing that is looked at.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_app_found_by_itself_a_program_in_rust_finds_too() -> anyhow::Result<()> {
    let sandbox = Sandbox::approving().await?;
    let mut all = Vec::new();
    for (slip, name, program) in [
        (
            "altered_state",
            "altered_state",
            env!("CARGO_BIN_EXE_handed-over-altered-state"),
        ),
        (
            "alg_none",
            "alg_none",
            env!("CARGO_BIN_EXE_handed-over-alg-none"),
        ),
        (
            "expired_id_token",
            "expired",
            env!("CARGO_BIN_EXE_handed-over-expired"),
        ),
    ] {
        let mut of_slip = OF_THE_APP.into_iter().filter(|(_, it, _)| *it == slip);
        let (step, _, what) = of_slip.next().context("a slip of the app's")?;
        let walk = Walk::of(&sandbox, "web", Some((step, slip))).await?;
        let written = walk.written(&sandbox, "rust").await?;
        let same = assert_same(&written.anywhere(), name);
        all.push((written, program, what, same));
    }
    let others = all.iter().filter_map(|(.., same)| same.as_ref().err());
    let others: Vec<String> = others.map(ToString::to_string).collect();
    assert_eq!(others, [""; 0]);
    for (written, program, what, _) in all {
        let printed = written.run_compiled(program).await?;
        assert_in_order(&printed, &[&format!("Refused, as in the walk: {what}")]);
    }
    Ok(())
}

/// A slip that is not made after all is not found, and that is a failure.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_whose_slip_is_taken_out_fails() -> anyhow::Result<()> {
    let sandbox = Sandbox::approving().await?;
    let walk = Walk::of(&sandbox, "web", Some(("callback", "altered_state"))).await?;
    for (form, file, line) in [
        (
            "node",
            "handed-over.mjs",
            "answer.set(\"state\", \"another-state\");\n",
        ),
        (
            "python",
            "handed_over.py",
            "answer[\"state\"] = \"another-state\"\n",
        ),
        (
            "curl",
            "handed-over.sh",
            "answer=\"$answer&state=another-state\"\n",
        ),
    ] {
        let written = walk.written(&sandbox, form).await?;
        assert!(written.text.contains(line), "{}", written.text);
        let text = match form {
            "curl" => written
                .text
                .replace("answer=$(without \"$answer\" state)\n", ""),
            _ => written.text.clone(),
        };
        std::fs::write(written.directory.path().join(file), text.replace(line, ""))?;
        let failed = written.run(form).await.expect_err("a failure").to_string();
        assert!(
            failed.contains("was refused in the walk, and is right now"),
            "{failed}"
        );
    }
    Ok(())
}

/// An altered claim is found by the signature, where the language can verify one; where it needs a library for that, the
/// program says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_altered_claim_is_found_by_the_signature_or_it_is_said_why_not() -> anyhow::Result<()> {
    let sandbox = Sandbox::approving().await?;
    let walk = Walk::of(&sandbox, "web", Some(("id_token", "altered_claim"))).await?;
    for form in ["curl", "node", "python"] {
        let written = walk.written(&sandbox, form).await?;
        let printed = written.run(form).await.with_context(|| form.to_owned())?;
        let mut lines = vec!["Key set: 200"];
        if form == "node" {
            lines.push("Refused, as in the walk: the signature");
        }
        assert_in_order(&printed, &lines);
        let said = "signature_valid failed. This program does not find that";
        assert_eq!(
            written.text.contains(said),
            form != "node",
            "{}",
            written.text
        );
    }
    Ok(())
}

/// The signature is verified with every algorithm that an app can have.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signature_of_every_algorithm_is_verified_by_a_program_for_node() -> anyhow::Result<()> {
    let sandbox = Sandbox::approving().await?;
    for algorithm in ["EdDSA", "ES256", "RS256"] {
        let (client_id, _) = registered(&sandbox, "web").await?;
        let change = json!({ "client_id": client_id, "id_token_alg": algorithm });
        sandbox.rpc("apps_update", change).await?;
        let walk = Walk::with(&sandbox, client_id, None, json!({})).await?;
        let header = walk.session["runs"].to_string();
        assert!(header.contains(algorithm), "{header}");
        let written = walk.written(&sandbox, "node").await?;
        let checked = "check(\"the signature\", isSigned(idToken, keys), true);";
        assert!(written.text.contains(checked), "{}", written.text);
        let printed = written.run("node").await.context(algorithm)?;
        assert_in_order(&printed, &["Key set: 200", "API call: 200"]);
        // Had the token another payload, it would not get through.
        let file = written.directory.path().join("handed-over.mjs");
        let other = "isSigned(idToken.replace(\".\", \".e30\"), keys)";
        let text = written.text.replace("isSigned(idToken, keys)", other);
        std::fs::write(file, text)?;
        let failed = written.run("node").await.expect_err("a failure");
        let failed = failed.to_string();
        assert!(failed.contains("the signature was true"), "{failed}");
    }
    Ok(())
}
