//! What the tests share: a sandbox, partner apps as processes, a browser, small web servers, and waiting.

pub(crate) mod browser;
pub(crate) mod http;
pub(crate) mod partner;
pub(crate) mod process;
pub(crate) mod sandbox;
pub(crate) mod tools;
pub(crate) mod web;

use std::time::Duration;

use anyhow::Context as _;

/// How long anything may take before a test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks again and again until there is an answer, for a bounded time.
///
/// # Errors
/// The probe's own error, or what did not happen in time.
pub(crate) async fn eventually<T>(
    what: &str,
    mut probe: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let mut beat = tokio::time::interval(Duration::from_millis(20));
    let answer = async {
        loop {
            beat.tick().await;
            if let Some(answer) = probe().await? {
                return Ok(answer);
            }
        }
    };
    tokio::time::timeout(PATIENCE, answer)
        .await
        .with_context(|| format!("{what}: not within {} s", PATIENCE.as_secs()))?
}
