//! What is kept of the traffic: as many exchanges, as many days and as much as the settings say. The oldest go, and the
//! newest stay.

use std::time::Duration;

use connect_app::Config;
use connect_testkit::{ManualClock, seeded_env};
use serde_json::{Value, json};

use crate::support::http::Wire;
use crate::support::{Params, Request, Sandbox};

/// Requests between two looks.
const ROUND: usize = 50;
/// Requests after which the limits must have been applied.
const PATIENCE: usize = 4000;
/// One day of wall time.
const DAY: Duration = Duration::from_hours(24);

/// A sandbox whose wall clock stands still, and its requests, which are numbered.
struct Numbered {
    sandbox: Sandbox,
    clock: ManualClock,
    wire: Wire,
    /// Sent with every request.
    body: Params,
    sent: usize,
}

impl Numbered {
    async fn keeping(settings: Value) -> Self {
        let (env, clock) = seeded_env();
        let sandbox = Sandbox::of(Config::ephemeral(), env).await;
        sandbox.rpc("settings_update", settings).await;
        Self {
            wire: sandbox.wire().await,
            sandbox,
            clock,
            body: Params::of(&[("grant_type", "authorization_code")]),
            sent: 0,
        }
    }

    async fn send(&mut self, count: usize) {
        for number in self.sent..self.sent + count {
            let request: Request = self.body.post(&format!("/v1/oauth/token?number={number}"));
            self.wire.send(&request).await;
        }
        self.sent += count;
    }

    /// Sends until what is kept satisfies `enough`, and says what that is.
    async fn until(&mut self, enough: impl Fn(&[usize]) -> bool) -> Vec<usize> {
        while self.sent < PATIENCE {
            self.send(ROUND).await;
            let kept = self.kept().await;
            if enough(&kept) {
                return kept;
            }
        }
        panic!("{} requests, and the limits are not applied", self.sent);
    }

    /// The numbers of the exchanges that are kept, oldest first.
    async fn kept(&self) -> Vec<usize> {
        let mut numbers = Vec::new();
        let mut before = Value::Null;
        loop {
            let page = json!({ "limit": 1000, "before": before });
            let list = self.sandbox.rpc("traffic_list", page).await;
            let rows = list["exchanges"].as_array().expect("a list");
            let Some(last) = rows.last() else { break };
            before = last["seq"].clone();
            numbers.extend(rows.iter().map(number));
        }
        numbers.reverse();
        numbers
    }

    /// The numbers from `first` to the last that was sent.
    fn newest_from(&self, first: usize) -> Vec<usize> {
        (first..self.sent).collect()
    }
}

fn number(exchange: &Value) -> usize {
    let target = exchange["target"].as_str().expect("a target");
    let (_, number) = target.split_once("number=").expect("a numbered request");
    number.parse().expect("a number")
}

#[tokio::test]
async fn after_a_factory_reset_as_much_is_kept_as_at_first() {
    let mut requests = Numbered::keeping(json!({ "keep_exchanges": 100 })).await;
    let confirmed = json!({ "confirm": "factory reset" });
    requests
        .sandbox
        .rpc("workspace_factory_reset", confirmed)
        .await;
    // More than are written between two looks at the limits.
    requests.send(1200).await;
    assert_eq!(requests.kept().await, requests.newest_from(0));
}

#[tokio::test]
async fn by_count_the_newest_are_kept() {
    let mut requests = Numbered::keeping(json!({ "keep_exchanges": 100 })).await;
    requests.send(100).await;
    assert_eq!(requests.kept().await, requests.newest_from(0));
    let kept = requests.until(|kept| kept.len() <= 100 + ROUND).await;
    assert!(kept.len() >= 100, "{} are kept", kept.len());
    assert_eq!(kept, requests.newest_from(requests.sent - kept.len()));
    // Nothing else that is counted was lost with them.
    let status = requests.sandbox.rpc("sandbox_status", json!({})).await;
    assert_eq!(status["counts"]["exchanges"], json!(kept.len()));
}

#[tokio::test]
async fn by_age_what_is_older_goes_and_what_is_younger_stays() {
    let mut requests = Numbered::keeping(json!({ "keep_days": 2 })).await;
    requests.send(20).await;
    requests.clock.advance(DAY);
    requests.send(20).await;
    requests.clock.advance(DAY);
    requests.send(20).await;
    // Two days old to the second is not too old, and sandbox time counts for nothing.
    requests.sandbox.advance(30 * 24 * 3600).await;
    assert_eq!(requests.kept().await, requests.newest_from(0));
    requests.clock.advance(Duration::from_secs(1));
    let kept = requests.until(|kept| kept.first() > Some(&0)).await;
    assert_eq!(kept, requests.newest_from(20), "the first day's are gone");
    requests.clock.advance(DAY);
    let kept = requests.until(|kept| kept.first() > Some(&20)).await;
    assert_eq!(kept, requests.newest_from(40), "and the second day's");
}

#[tokio::test]
async fn by_size_the_newest_are_kept() {
    const LIMIT: i64 = 16 * 1024 * 1024;
    let mut requests = Numbered::keeping(json!({ "keep_mebibytes": 16 })).await;
    requests.body = requests.body.set("padding", &"x".repeat(24 * 1024));
    let kept = requests.until(|kept| kept.first() > Some(&0)).await;
    assert_eq!(kept, requests.newest_from(requests.sent - kept.len()));
    let status = requests.sandbox.rpc("sandbox_status", json!({})).await;
    let used = status["counts"]["traffic_bytes"].as_i64().expect("a size");
    // Looked at after every 4 MiB, and no more goes than has to.
    assert!(used <= LIMIT * 5 / 4, "{used} bytes are kept");
    assert!(used > LIMIT * 3 / 4, "only {used} bytes are kept");
}
