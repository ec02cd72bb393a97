//! Many at once: one code, one refresh token, exactly one winner each, and no loser leaves a token.
//!
//! `CONNECT_RACE_ROUNDS` sets how often each race is run; 20 unless told.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::Barrier;

use crate::support::http::{Answer, Request, Wire};
use crate::support::{MAYA, Sandbox, Tokens};

/// Connections that race.
const RUNNERS: usize = 50;

fn rounds() -> usize {
    std::env::var("CONNECT_RACE_ROUNDS")
        .ok()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(20)
}

/// Fifty connections that stay open from race to race.
struct Field {
    wires: Vec<Wire>,
}

impl Field {
    async fn of(sandbox: &Sandbox) -> Self {
        let mut wires = Vec::with_capacity(RUNNERS);
        for _ in 0..RUNNERS {
            wires.push(sandbox.wire().await);
        }
        Self { wires }
    }

    /// Sends the same request over all of them at the same moment.
    async fn run(&mut self, request: &Request) -> Vec<Answer> {
        let start = Arc::new(Barrier::new(RUNNERS));
        let mut running = Vec::with_capacity(RUNNERS);
        for mut wire in self.wires.drain(..) {
            let (start, request) = (Arc::clone(&start), request.clone());
            running.push(tokio::spawn(async move {
                start.wait().await;
                let answer = wire.send(&request).await;
                (wire, answer)
            }));
        }
        let mut answers = Vec::with_capacity(RUNNERS);
        for runner in running {
            let (wire, answer) = runner.await.expect("a runner arrives");
            self.wires.push(wire);
            answers.push(answer);
        }
        answers
    }
}

/// The one answer with 200; every other is `invalid_grant` and holds no token.
fn winner(answers: &[Answer], round: usize) -> Tokens {
    let (won, lost): (Vec<&Answer>, Vec<&Answer>) =
        answers.iter().partition(|answer| answer.status == 200);
    assert_eq!(won.len(), 1, "round {round}: {} winners", won.len());
    for answer in lost {
        answer.is_oauth_error(400, "invalid_grant");
        assert!(!answer.text().contains("lph_"), "{answer}");
    }
    Tokens::of(won[0])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
pub(crate) async fn of_fifty_parallel_exchanges_of_one_code_exactly_one_wins() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let mut field = Field::of(&sandbox).await;
    let rounds = rounds();
    for round in 0..rounds {
        let code = sandbox.code(&web, "openid").await;
        let answers = field
            .run(&web.exchange(&code).post("/v1/oauth/token"))
            .await;
        let tokens = winner(&answers, round);
        // The losers replayed the code: what the winner got is dead (ruling 4).
        assert!(
            !sandbox.is_active(&web, &tokens.access).await,
            "round {round}"
        );
        assert!(
            !sandbox.is_active(&web, &tokens.refresh).await,
            "round {round}"
        );
        sandbox
            .refresh(&web, &tokens.refresh)
            .await
            .is_oauth_error(400, "invalid_grant");
    }
    let redeemed = (rounds <= 1000).then_some(sandbox.journal("code.redeemed").await.len());
    assert_eq!(redeemed.unwrap_or(rounds), rounds);
    let status = sandbox.rpc("sandbox_status", json!({})).await;
    assert_eq!(status["counts"]["live_tokens"], 0, "a loser left a token");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
pub(crate) async fn of_fifty_parallel_refreshes_one_wins_and_the_grant_dies() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let mut field = Field::of(&sandbox).await;
    let rounds = rounds();
    for round in 0..rounds {
        let first = sandbox.tokens(&web, "openid").await;
        let answers = field
            .run(&web.refresh(&first.refresh).post("/v1/oauth/token"))
            .await;
        let second = winner(&answers, round);
        for tokens in [&first, &second] {
            assert!(
                !sandbox.is_active(&web, &tokens.access).await,
                "round {round}"
            );
            assert!(
                !sandbox.is_active(&web, &tokens.refresh).await,
                "round {round}"
            );
        }
    }
    let status = sandbox.rpc("sandbox_status", json!({})).await;
    assert_eq!(status["counts"]["live_tokens"], 0, "a loser left a token");
    assert_eq!(status["counts"]["grants"], 0);
    // The person is told once for each time, not forty-nine times.
    let alerts = sandbox.rpc("people_get", json!({ "user_id": MAYA })).await["alerts"].clone();
    assert_eq!(alerts.as_array().map(Vec::len), Some(rounds), "{alerts}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_runs_of_the_flow_leave_one_grant_and_one_refresh_token() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let mut codes = Vec::new();
    for _ in 0..RUNNERS {
        codes.push(sandbox.code(&web, "openid").await);
    }
    let start = Arc::new(Barrier::new(RUNNERS));
    let mut running = Vec::new();
    for code in codes {
        let (start, request) = (
            Arc::clone(&start),
            web.exchange(&code).post("/v1/oauth/token"),
        );
        let authority = sandbox.authority.clone();
        running.push(tokio::spawn(async move {
            let mut wire = Wire::open(&authority).await;
            start.wait().await;
            Tokens::of(&wire.send(&request).await)
        }));
    }
    let mut active = 0;
    for runner in running {
        let tokens = runner.await.expect("a runner arrives");
        assert!(
            sandbox.is_active(&web, &tokens.access).await,
            "access tokens are unlimited (/connect/tokens)"
        );
        active += usize::from(sandbox.is_active(&web, &tokens.refresh).await);
    }
    assert_eq!(
        active, 1,
        "one active refresh token for a person and an app (/connect/tokens)"
    );
    assert_eq!(
        sandbox.rpc("grants_list", json!({})).await["grants"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}
