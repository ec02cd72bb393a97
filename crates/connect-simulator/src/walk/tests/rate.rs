//! A server that slows an app down, with a reason and without.

use std::sync::Mutex;
use std::time::Duration;

use connect_core::Env;
use connect_core::domain::app::{AppType, IdTokenAlg};
use connect_core::domain::walk::Step;
use connect_testkit::seeded_env;
use tokio_util::sync::CancellationToken;

use super::server::{Manner, server};
use super::{Around, INTROSPECTED, LONG, known, session, take};
use crate::known::{Caller, Counted, Known, Registration};
use crate::session::{Session, Verdict};
use crate::walk::Walker;

/// The server of this process, whose rate limit gives 10 requests a minute, of which so many are used up.
fn limited(env: &Env, session: &Session, used: u32) -> Known {
    let caller = Caller {
        client_id: session.setup.client_id.clone(),
        service: "identity".to_owned(),
    };
    let mut known = known(env);
    known.rules.rate_limit_per_minute = Some(10);
    known.counted = Counted::at(known.server_now(), [(caller, used)]);
    known.apps = vec![Registration {
        client_id: session.setup.client_id.clone(),
        name: "An app".to_owned(),
        app_type: AppType::Web,
        redirect_uris: Vec::new(),
        scopes: Vec::new(),
        baa_signed: true,
        enabled: true,
        first_party: false,
        secrets: session
            .setup
            .client_secret
            .as_deref()
            .map(connect_core::domain::secret::SecretText::new)
            .into_iter()
            .collect(),
        id_token_alg: IdTokenAlg::EdDsa,
        access_token_lifetime: Duration::from_hours(1),
    }];
    known
}

const SLOWED_DOWN: &str = "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nRetry-After: 7\r\nContent-Length: 24\r\n\r\n{\"error\":\"rate_limited\"}";

#[tokio::test]
async fn being_slowed_down_without_a_reason_is_a_disagreement_and_with_one_is_none() {
    let (env, _) = seeded_env();
    // What is used up before the request, what after it, the answer, and whether that is a disagreement.
    for (before, after, answer, disagreements) in [
        (3, 4, INTROSPECTED, 0),
        (3, 4, SLOWED_DOWN, 1),
        (3, 10, SLOWED_DOWN, 0),
        (10, 10, SLOWED_DOWN, 0),
        (10, 10, INTROSPECTED, 1),
    ] {
        let server = server(Manner::Saying(answer)).await;
        let mut session = session(&server);
        session.target.own = true;
        let states = vec![
            limited(&env, &session, before),
            limited(&env, &session, after),
        ];
        let around = Around(Mutex::new(states));
        let mut walker = Walker::new(&env, &around, &mut session)
            .await
            .expect("a walker");
        let taken = walker.take(Step::Introspect, None, None).await;
        taken.expect("it can be taken");
        let case = format!("{before} then {after}: {answer}");
        assert_eq!(session.disagreements(), disagreements, "{case}");
        let slow = answer == SLOWED_DOWN;
        let verdict = session.runs.last().expect("a run").outcome.verdict;
        assert_eq!(verdict == Verdict::Failed, slow, "{case}");
    }
}

#[tokio::test]
async fn how_many_requests_another_target_takes_is_not_foreseen() {
    let server = server(Manner::Saying(SLOWED_DOWN)).await;
    let mut session = session(&server);
    let token = CancellationToken::new();
    let (outcome, _) = take(&mut session, Step::Introspect, LONG, token).await;
    assert_eq!(outcome.verdict, Verdict::Failed);
    assert!(outcome.fix.expect("a fix").contains("Retry-After"));
    assert_eq!(session.disagreements(), 0);
    assert!(session.runs[0].prediction.is_none());
}
