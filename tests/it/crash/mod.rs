//! kill -9 at random moments under load: afterwards no acknowledged token is lost, none is resurrected, and the files
//! open again.
//!
//! A few rounds unless `CONNECT_SOAK_SECONDS` says how long. `CONNECT_SANDBOX_BIN` names the program when it is not
//! where cargo puts it.

mod ledger;
mod process;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use connect_core::Env;
use ledger::{Customer, Fate};
use process::Process;
use serde_json::json;
use tokio::time::Instant;

/// Rounds unless a time is given.
const ROUNDS: u32 = 4;
/// Apps that work at the same time, each with a person's grant of its own.
const CUSTOMERS: usize = 4;
/// The kill comes after at most so many acknowledged requests.
const MOST: u64 = 400;

/// Whether to go on, and when to stop at the latest.
struct Endurance {
    until: Option<Instant>,
    rounds: u32,
}

impl Endurance {
    fn new() -> Self {
        let seconds = std::env::var("CONNECT_SOAK_SECONDS")
            .ok()
            .and_then(|seconds| seconds.parse().ok());
        Self {
            until: seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds)),
            rounds: 0,
        }
    }

    fn one_more(&mut self) -> bool {
        self.rounds += 1;
        self.until
            .map_or(self.rounds <= ROUNDS, |until| Instant::now() < until)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_kill_9_nothing_acknowledged_is_lost_and_nothing_dead_lives() {
    let directory = tempfile::tempdir().expect("a folder");
    let env = Env::system();
    let mut process = Process::start(directory.path()).await;
    let mut customers = Vec::new();
    for index in 0..CUSTOMERS {
        customers.push(Customer::register(&process, &format!("Customer {index}")).await);
    }
    let asker = process.service_client("clinical").await;
    let mut endurance = Endurance::new();
    while endurance.one_more() {
        let after = 1 + u64::from(u32::from_le_bytes(env.random())) % MOST;
        let acknowledged = Arc::new(AtomicU64::new(0));
        let mut working = Vec::new();
        for mut customer in customers.drain(..) {
            let (authority, acknowledged) = (process.authority.clone(), Arc::clone(&acknowledged));
            let seed: [u8; 8] = env.random();
            working.push(tokio::spawn(async move {
                customer
                    .work(&authority, &acknowledged, u64::from_le_bytes(seed))
                    .await;
                customer
            }));
        }
        while acknowledged.load(Ordering::SeqCst) < after {
            assert!(
                process.is_running(),
                "it ended by itself: {}",
                process.said()
            );
            tokio::task::yield_now().await;
        }
        process.kill().await;
        for customer in working {
            customers.push(
                customer
                    .await
                    .expect("a customer only stops when nobody answers"),
            );
        }
        process::is_sound(directory.path());

        process = Process::start(directory.path()).await;
        for customer in &mut customers {
            customer.audit(&process, &asker).await;
        }
        the_journal_goes_on(&process).await;
    }
    let total: usize = customers.iter().map(Customer::acknowledged).sum();
    assert!(total > 20, "{total} tokens in all are no load");
    assert!(customers.iter().any(|customer| customer.has(Fate::Live)));
    process.stop().await;
}

/// Its entries have places in order, each once, and everything in it can be read.
async fn the_journal_goes_on(process: &Process) {
    let (mut after, mut total) = (0, 0_u64);
    loop {
        let page = process
            .rpc(
                "journal_list",
                json!({ "after": after, "limit": 1000, "oldest_first": true }),
            )
            .await;
        let entries = page["entries"].as_array().expect("a list");
        for entry in entries {
            let place = entry["seq"].as_i64().expect("a place");
            assert!(place > after, "{place} after {after}");
            assert!(
                entry["cause"].as_i64().is_none_or(|cause| cause < place),
                "led to by what came later: {entry}"
            );
            after = place;
            total += 1;
        }
        if entries.len() < 1000 {
            assert_eq!(page["total"].as_u64(), Some(total));
            return;
        }
    }
}

#[tokio::test]
async fn what_a_killed_process_leaves_behind_stands_in_nobodys_way() {
    let directory = tempfile::tempdir().expect("a folder");
    let mut process = Process::start(directory.path()).await;
    let pid = process.pid();
    process.kill().await;
    assert!(
        directory.path().join("runtime.json").exists(),
        "nobody was there to remove it"
    );
    // The next one starts where the last one was, says where it is now, and is not taken for the last one.
    let next = Process::start(directory.path()).await;
    assert_ne!(next.pid(), pid);
    let runtime: serde_json::Value = serde_json::from_slice(
        &std::fs::read(directory.path().join("runtime.json")).expect("written anew"),
    )
    .expect("JSON");
    assert_eq!(runtime["pid"], json!(next.pid()));
    // While it runs, another is turned away, naming it.
    let second = process::refused(directory.path()).await;
    assert_eq!(second.status.code(), Some(8), "{second:?}");
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(said.contains(&next.pid().to_string()), "{said}");
    next.stop().await;
    assert!(
        !directory.path().join("runtime.json").exists(),
        "stopped in order"
    );
}
