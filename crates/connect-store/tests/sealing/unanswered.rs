//! A keychain that takes the question and never answers.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use connect_store::sealing::{KeyError, KeyPlace, KeyPreference, KeyState, Vault};

use crate::scripted::ScriptedService;
use crate::{bytes_of, refused};

const LIMIT: Duration = Duration::from_secs(2);

#[tokio::test]
async fn a_keychain_that_never_answers_costs_two_seconds_and_a_file_is_used() {
    let service = ScriptedService::start().await;
    service.script().silent = true;
    let dir = tempfile::tempdir().unwrap();
    let asked = Instant::now();
    let made = Vault::create(
        dir.path(),
        service.keychain(),
        KeyPreference::Keychain,
        &mut bytes_of(1),
    );
    let status = made.await.unwrap().status();
    assert!(asked.elapsed() < 2 * LIMIT, "took {:?}", asked.elapsed());
    assert_eq!(status.place, Some(KeyPlace::File));
    assert!(
        status
            .notice
            .unwrap()
            .contains("the keychain did not answer within 2 s")
    );
}

#[tokio::test]
async fn the_wait_is_limited_and_shared_and_blocks_nobody() {
    let service = ScriptedService::start().await;
    let dir = tempfile::tempdir().unwrap();
    let made = Vault::create(
        dir.path(),
        service.keychain(),
        KeyPreference::Keychain,
        &mut bytes_of(1),
    );
    assert_eq!(made.await.unwrap().status().place, Some(KeyPlace::Keychain));
    let sessions = service.count("OpenSession");

    service.script().silent = true;
    let vault = Vault::open(dir.path(), service.keychain());
    let asked = Instant::now();
    let callers: Vec<_> = (0..50)
        .map(|_| {
            let vault = vault.clone();
            tokio::spawn(async move { vault.sealer().await.map(drop) })
        })
        .collect();
    // This runtime has one thread: were it blocked, nobody would come here.
    service.until_called("OpenSession").await;
    assert!(
        asked.elapsed() < LIMIT / 2,
        "blocked for {:?}",
        asked.elapsed()
    );
    assert_eq!(vault.state(), KeyState::NotRead);
    for caller in callers {
        assert_eq!(
            caller.await.unwrap().unwrap_err(),
            KeyError::TimedOut { limit: LIMIT }
        );
    }
    assert!(asked.elapsed() < 2 * LIMIT, "took {:?}", asked.elapsed());
    assert_eq!(
        vault.state(),
        KeyState::Unavailable(KeyError::TimedOut { limit: LIMIT })
    );
    assert_eq!(
        service.count("OpenSession"),
        sessions + 1,
        "fifty callers, one conversation"
    );

    // Who comes later does not wait again, until a person says so.
    let asked = Instant::now();
    assert_eq!(refused(&vault).await, KeyError::TimedOut { limit: LIMIT });
    assert!(asked.elapsed() < LIMIT / 2, "took {:?}", asked.elapsed());
    assert_eq!(service.count("OpenSession"), sessions + 1);
    service.script().silent = false;
    vault.unlock(Duration::ZERO).await.unwrap();
    assert_eq!(service.count("OpenSession"), sessions + 2);
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// The plainest executor there is.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

#[test]
fn reading_needs_no_runtime_of_the_caller() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let service = runtime.block_on(ScriptedService::start());
    let dir = tempfile::tempdir().unwrap();
    let made = Vault::create(
        dir.path(),
        service.keychain(),
        KeyPreference::Keychain,
        &mut bytes_of(1),
    );
    assert_eq!(
        block_on(made).unwrap().status().place,
        Some(KeyPlace::Keychain)
    );
    let vault = Vault::open(dir.path(), service.keychain());
    block_on(vault.sealer()).unwrap();
}
