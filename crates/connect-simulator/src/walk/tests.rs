//! Servers that do not do what they should, over real sockets: nothing hangs, nothing is lost, and a prediction that does
//! not come true is said.

mod rate;
mod refreshed;
mod server;

use std::pin::Pin;
use std::sync::Mutex;
use std::time::Duration;

use connect_core::domain::walk::Step;
use connect_core::{Env, Moment};
use connect_testkit::seeded_env;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use self::server::{Manner, Server, server};
use super::{Listening, Patience, Surroundings, Walker};
use crate::known::Known;
use crate::samples;
use crate::session::{Bytes, CredentialKind, CredentialState, Outcome, Session, Verdict};

/// As long as a test waits for a server that it knows to be silent; long enough for a busy machine to send a request in.
const SHORT: Patience = Patience {
    answer: Duration::from_millis(1_800),
    step: Duration::from_secs(2),
};
/// Longer than any test takes.
const LONG: Patience = Patience {
    answer: Duration::from_mins(1),
    step: Duration::from_mins(1),
};
/// What a whole test may take, however slow the machine is.
const NEVER: Duration = Duration::from_secs(30);

const INTROSPECTED: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"active\":true}";

const REVOKED: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// What is known of the server: each time it is asked for, the next, the last of them for ever.
struct Around(Mutex<Vec<Known>>);

impl Surroundings for Around {
    fn known(&self) -> Pin<Box<dyn Future<Output = Result<Known, String>> + Send + '_>> {
        let mut all = self.0.lock().expect("nobody panicked");
        let next = if all.len() > 1 {
            all.remove(0)
        } else {
            all[0].clone()
        };
        Box::pin(async { Ok(next) })
    }

    fn advance(
        &self,
        _: Duration,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>> {
        Box::pin(async { Err("there is no clock here".to_owned()) })
    }

    fn listen<'s>(
        &'s self,
        _: &'s Session,
    ) -> Pin<Box<dyn Future<Output = Listening> + Send + 's>> {
        Box::pin(async {
            Listening {
                redirect_uri: None,
                problem: None,
            }
        })
    }
}

fn known(env: &Env) -> Known {
    Known::of_documents(
        Moment {
            sandbox: env.now(),
            wall: env.wall_now(),
        },
        Vec::new(),
    )
}

fn around(env: &Env) -> Around {
    Around(Mutex::new(vec![known(env)]))
}

/// A session with a server that has been walked to its end.
fn session(server: &Server) -> Session {
    let mut session = samples::session();
    let at = |path: &str| format!("{}{path}", server.base);
    session.target.base_url.clone_from(&server.base);
    session.target.own = false;
    let metadata = json!({
        "issuer": server.base,
        "authorization_endpoint": at("/v1/oauth/authorize"),
        "token_endpoint": at("/v1/oauth/token"),
        "introspection_endpoint": at("/v1/oauth/introspect"),
        "revocation_endpoint": at("/v1/oauth/revoke"),
        "jwks_uri": at("/jwks"),
    });
    session.runs.clear();
    session.exchanges.clear();
    session.facts.metadata = Some(metadata.into());
    session.facts.authorization_url = Some(at(
        "/v1/oauth/authorize?client_id=client_01HXYDEMO&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback",
    ));
    session
}

/// Takes a step; answers how it ended and the bytes of what went over the wire.
async fn take(
    session: &mut Session,
    step: Step,
    patience: Patience,
    cancelled: CancellationToken,
) -> (Outcome, Vec<(u32, Bytes)>) {
    let (env, _) = seeded_env();
    let around = around(&env);
    let walker = Walker::new(&env, &around, session).await.expect("a walker");
    let mut walker = walker.with_patience(patience).until_cancelled(cancelled);
    let taken = walker.take(step, None, None);
    let taken = tokio::time::timeout(NEVER, taken).await;
    taken.expect("nothing hangs").expect("it can be taken");
    let bytes = walker.into_bytes();
    let run = session.runs.last().expect("a run");
    assert_eq!(session.at, Some(step), "it can be taken again");
    (run.outcome.clone(), bytes)
}

/// A server of this manner is given up, and what was sent and came is kept.
async fn is_given_up(manner: Manner) {
    let server = server(manner).await;
    let mut session = session(&server);
    let token = CancellationToken::new();
    let (outcome, bytes) = take(&mut session, Step::Introspect, SHORT, token).await;
    assert_eq!(outcome.verdict, Verdict::Failed);
    assert!(
        outcome.words.contains("no whole answer came"),
        "{outcome:?}"
    );
    assert!(outcome.fix.is_some());
    let (_, bytes) = &bytes[0];
    assert!(bytes.request.starts_with(b"POST /v1/oauth/introspect"));
    let came = matches!(manner, Manner::Trickling);
    assert_eq!(!bytes.response.is_empty(), came, "as far as it came");
    assert_eq!(session.disagreements(), 0);
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up_and_what_was_sent_is_kept() {
    // Both at once: each takes all the time it has.
    tokio::join!(is_given_up(Manner::Silent), is_given_up(Manner::Trickling));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer_and_is_kept_as_far_as_it_came() {
    let server = server(Manner::BreakingOff).await;
    let mut session = session(&server);
    let token = CancellationToken::new();
    let (outcome, bytes) = take(&mut session, Step::Introspect, LONG, token).await;
    assert_eq!(outcome.verdict, Verdict::Failed);
    assert!(outcome.words.starts_with("No answer came"), "{outcome:?}");
    assert!(bytes[0].1.response.ends_with(b"{\"active\""));
    let exchange = session.exchanges.last().expect("an exchange");
    assert!(exchange.failed.is_some() && exchange.answered.is_none());
}

/// A sign-in with a server of this manner ends in time.
async fn has_a_deadline(manner: Manner) {
    let server = server(manner).await;
    let mut session = session(&server);
    let (began, token) = (tokio::time::Instant::now(), CancellationToken::new());
    let (outcome, bytes) = take(&mut session, Step::SignIn, SHORT, token).await;
    assert_eq!(outcome.verdict, Verdict::Failed);
    assert!(outcome.words.starts_with("No answer came"), "{outcome:?}");
    // Twelve pages of 280 ms would be 3.4 seconds; two seconds is what it has.
    assert!(bytes.len() < 12, "{} requests", bytes.len());
    assert!(began.elapsed() < NEVER);
}

#[tokio::test]
async fn a_whole_sign_in_has_one_deadline() {
    tokio::join!(
        has_a_deadline(Manner::Circling),
        has_a_deadline(Manner::Silent),
        has_a_deadline(Manner::Trickling)
    );
}

#[tokio::test]
async fn a_step_is_cancelled_while_a_server_is_silent_and_can_be_taken_again() {
    for step in [Step::Introspect, Step::SignIn, Step::IdToken, Step::Token] {
        let mut silent = server(Manner::Silent).await;
        let mut session = session(&silent);
        let token = CancellationToken::new();
        let cancel = token.clone();
        let cancelling = async {
            silent.heard.recv().await.expect("a request");
            cancel.cancel();
        };
        let taking = take(&mut session, step, LONG, token);
        let ((outcome, bytes), ()) = tokio::join!(taking, cancelling);
        assert_eq!(outcome.verdict, Verdict::Cancelled, "{outcome:?}");
        assert!(outcome.words.contains("cancelled"));
        assert_eq!(bytes.len(), 1, "nothing more was sent");
        assert!(!bytes[0].1.request.is_empty());
        assert!(session.waiting.is_none());
        let unsure = session
            .credentials
            .iter()
            .any(|it| it.state == CredentialState::Unsure);
        assert_eq!(unsure, step == Step::Token, "the code may be spent");
        let fix = outcome.fix.expect("a fix");
        assert_eq!(unsure, fix.contains("may be spent"), "{fix}");
        // One that was cancelled before it began sends nothing.
        let token = CancellationToken::new();
        token.cancel();
        let (outcome, bytes) = take(&mut session, Step::Introspect, LONG, token).await;
        assert_eq!((outcome.verdict, bytes.len()), (Verdict::Cancelled, 0));
    }
}

#[tokio::test]
async fn what_becomes_of_a_change_that_was_never_answered_is_not_foreseen() {
    let server = server(Manner::BreakingOff).await;
    let mut session = session(&server);
    let token = CancellationToken::new();
    let (outcome, _) = take(&mut session, Step::Refresh, LONG, token.clone()).await;
    let fix = outcome.fix.expect("a fix");
    assert!(fix.contains("authorization URL"), "{fix}");
    take(&mut session, Step::Refresh, LONG, token).await;
    let foreseen: Vec<bool> = session
        .runs
        .iter()
        .map(|run| run.prediction.is_some())
        .collect();
    assert_eq!(foreseen, [true, false]);
}

/// A session of whose credentials nobody could tell anything, after a step with a server that answers so.
async fn after(step: Step, answer: &'static str) -> Session {
    let server = server(Manner::Saying(answer)).await;
    let mut session = session(&server);
    for credential in &mut session.credentials {
        credential.state = CredentialState::Unsure;
    }
    let (env, _) = seeded_env();
    let around = around(&env);
    let walker = Walker::new(&env, &around, &mut session).await;
    let mut walker = walker.expect("a walker");
    let taken = walker.take(step, None, None).await;
    taken.expect("it can be taken");
    session
}

#[tokio::test]
async fn what_was_unsure_works_again_once_it_is_taken() {
    let session = after(Step::Introspect, INTROSPECTED).await;
    let access = session.facts.access_token.clone().unwrap_or_default();
    for credential in &session.credentials {
        let expected = if credential.value == access {
            CredentialState::Active
        } else {
            CredentialState::Unsure
        };
        assert_eq!(credential.state, expected);
    }
}

#[tokio::test]
async fn what_was_unsure_is_dead_once_its_revocation_was_answered() {
    let session = after(Step::Revoke, REVOKED).await;
    for credential in &session.credentials {
        // A code is no token: of that nothing was said.
        let expected = match credential.kind {
            CredentialKind::Code => CredentialState::Unsure,
            _ => CredentialState::Revoked,
        };
        assert_eq!(credential.state, expected);
    }
    let run = session.runs.last().expect("a run");
    assert_eq!(run.outcome.verdict, Verdict::Done);
    assert_eq!(session.disagreements(), 0);
}

#[tokio::test]
async fn a_session_takes_so_many_runs_and_says_where_to_go_on() {
    let (env, _) = seeded_env();
    let mut session = samples::session();
    let run = session.runs.last().cloned().expect("a run");
    session.runs.resize(Session::MOST_RUNS - 1, run);
    let around = around(&env);
    let mut walker = Walker::new(&env, &around, &mut session)
        .await
        .expect("a walker");
    let taken = walker.take(Step::Pkce, None, None).await;
    taken.expect("the last one");
    let error = walker.take(Step::Pkce, None, None).await;
    let error = error.expect_err("one too many").to_string();
    assert!(error.contains("simulator_duplicate"), "{error}");
    assert_eq!(session.runs.len(), Session::MOST_RUNS, "nothing is dropped");
    // Runs that began at the same point share what was known there.
    let (one, other) = (&session.runs[20].before, &session.runs[30].before);
    assert!(std::sync::Arc::ptr_eq(one, other));
}
