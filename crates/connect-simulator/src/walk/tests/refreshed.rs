//! A refresh that was answered is taken, whatever becomes of the call after it.

use std::sync::Mutex;

use connect_core::Env;
use connect_core::domain::walk::Step;
use connect_testkit::seeded_env;
use tokio_util::sync::CancellationToken;

use super::server::{Manner, server};
use super::{LONG, NEVER, SHORT, around, session};
use crate::session::Verdict;
use crate::walk::{Patience, Walker};

/// A refresh that is answered, after which the call is not: it is cancelled, or takes too long.
async fn refreshed(patience: Patience, cancels: bool) {
    let mut server = server(Manner::Refreshing).await;
    let mut session = session(&server);
    let before = session.facts.refresh_token.clone();
    let (env, _) = seeded_env();
    let around = around(&env);
    let token = CancellationToken::new();
    let walker = Walker::new(&env, &around, &mut session)
        .await
        .expect("a walker");
    let mut walker = walker
        .with_patience(patience)
        .until_cancelled(token.clone());
    let taking = async {
        let taken = walker.take(Step::Refresh, None, None);
        let taken = tokio::time::timeout(NEVER, taken).await;
        taken.expect("nothing hangs").expect("it can be taken");
    };
    let cancelling = async {
        while let Some(line) = server.heard.recv().await {
            if !line.contains("/token") {
                break;
            }
        }
        if cancels {
            token.cancel();
        }
    };
    tokio::join!(taking, cancelling);
    let run = session.runs.last().expect("a run");
    assert_eq!(run.outcome.verdict, Verdict::Done, "{:?}", run.outcome);
    assert_ne!(session.at, Some(Step::Refresh), "the walk goes on");
    assert_eq!(session.facts.old_refresh_token, before);
    assert_eq!(session.facts.refresh_token.as_deref(), Some("lph_rt_new"));
}

#[tokio::test]
async fn a_refresh_that_was_answered_is_taken_although_the_call_after_it_was_not() {
    tokio::join!(refreshed(LONG, true), refreshed(SHORT, false));
}

/// A clock that cancels the step when it is read after the server has heard something: between two requests.
struct Cancelling(
    Mutex<tokio::sync::mpsc::UnboundedReceiver<String>>,
    CancellationToken,
);

impl connect_core::env::WallClock for Cancelling {
    fn now(&self) -> connect_core::Timestamp {
        if self.0.lock().expect("nobody panicked").try_recv().is_ok() {
            self.1.cancel();
        }
        connect_testkit::START
    }
}

#[tokio::test]
async fn a_refresh_that_was_answered_is_taken_when_it_is_cancelled_before_the_call() {
    let mut server = server(Manner::Refreshing).await;
    let mut session = session(&server);
    let (_, nothing) = tokio::sync::mpsc::unbounded_channel();
    let heard = std::mem::replace(&mut server.heard, nothing);
    let token = CancellationToken::new();
    let clock = Cancelling(Mutex::new(heard), token.clone());
    let env = Env::seeded(Box::new(clock), 42);
    let around = around(&env);
    let walker = Walker::new(&env, &around, &mut session)
        .await
        .expect("a walker");
    let mut walker = walker.until_cancelled(token.clone());
    let taken = walker.take(Step::Refresh, None, None).await;
    taken.expect("it can be taken");
    let sent = walker.into_bytes().len();
    assert!(token.is_cancelled());
    assert_eq!(sent, 1, "nothing more is sent");
    let run = session.runs.last().expect("a run");
    assert_eq!(run.outcome.verdict, Verdict::Done, "{:?}", run.outcome);
    assert_ne!(session.at, Some(Step::Refresh), "the walk goes on");
    assert_eq!(session.facts.refresh_token.as_deref(), Some("lph_rt_new"));
}
