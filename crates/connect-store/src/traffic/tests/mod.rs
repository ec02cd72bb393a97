//! Traffic as it is written, found, kept and removed.

mod conditions;
mod kept;
mod texts;

use super::*;
use connect_core::domain::exchange::{COMPLETED, Notes};
use connect_core::domain::filter::{Condition, Field, Filter, Flag};
use connect_core::domain::finding::Finding;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::id::ClientId;
use connect_core::protocol::error::ErrorCode;
use connect_testkit::seeded_env;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

const TOKEN: &str = "lph_at_3q2-7wABCDEFghijklmnop_qrstuvwxyz0123456789A";

/// A traffic file of its own.
struct Ground {
    traffic: Traffic,
    env: Arc<Env>,
    directory: TempDir,
}

impl Ground {
    async fn fresh() -> Self {
        let (env, _) = seeded_env();
        let directory = tempfile::tempdir().expect("a directory");
        let traffic = open(&directory.path().join("traffic.db"), &env).await;
        Self {
            traffic,
            env,
            directory,
        }
    }

    async fn again(mut self) -> Self {
        self.traffic.close().await;
        self.traffic = open(&self.directory.path().join("traffic.db"), &self.env).await;
        self
    }

    /// One with this request and answer.
    fn exchange(&self, request: &str, response: &str) -> NewExchange {
        let mut words = request.split(' ');
        NewExchange {
            id: self.env.id(),
            listener: "platform",
            at: self.env.moment(),
            peer: "127.0.0.1:50000".to_owned(),
            method: words.next().unwrap_or_default().to_owned(),
            target: words.next().unwrap_or_default().to_owned(),
            host: "localhost:9400".to_owned(),
            status: response.get(9..12).and_then(|status| status.parse().ok()),
            ended: COMPLETED.to_owned(),
            timing: Timing {
                done_us: 1500,
                ..Timing::default()
            },
            request: Bytes::copy_from_slice(request.as_bytes()),
            response: Bytes::copy_from_slice(response.as_bytes()),
            request_len: request.len() as u64,
            response_len: response.len() as u64,
            notes: Notes::default(),
        }
    }

    async fn record(&self, request: &str, response: &str) -> ExchangeId {
        let exchange = self.exchange(request, response);
        let id = exchange.id.clone();
        self.traffic.record(exchange).await;
        self.traffic.flush().await.expect("it is written");
        id
    }

    /// Targets of those that fit, newest first.
    async fn found(&self, text: &str) -> Vec<String> {
        let page = self
            .page(
                text,
                Part {
                    limit: 1000,
                    ..Part::default()
                },
            )
            .await;
        assert_eq!(
            page.matching,
            i64::try_from(page.rows.len()).expect("few"),
            "{text}"
        );
        page.rows.into_iter().map(|row| row.target).collect()
    }

    async fn page(&self, text: &str, part: Part) -> TrafficPage {
        let query = TrafficQuery {
            filter: Filter::parse(text).expect(text),
            meaning: Meaning {
                now: self.env.now(),
                ..Meaning::default()
            },
            up_to: None,
        };
        self.traffic.list(&query, part, None).await.expect(text)
    }

    /// Waits until everything is in the full-text index.
    async fn indexed(&self) {
        let mut looks = tokio::time::interval(Duration::from_millis(20));
        for _ in 0..500 {
            looks.tick().await;
            if self.traffic.unindexed().await.expect("a count") == 0 {
                return;
            }
        }
        panic!("the index was never filled");
    }
}

async fn open(path: &Path, env: &Arc<Env>) -> Traffic {
    let vault = Vault::in_memory(&mut |bytes| bytes.fill(7));
    Traffic::open(
        path,
        "workspace_1".to_owned(),
        Arc::new(vault),
        Retention::default(),
        Arc::clone(env),
    )
    .await
    .expect("it opens")
}
