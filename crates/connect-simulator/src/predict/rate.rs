//! The rate limit, where it is switched on (ruling 29): each app has so many requests to each service in a minute of the
//! server's clock. What is counted is what gets as far as telling which app asks; a refusal before that is free.
//!
//! How many are left is known of the sandbox at the moment of asking; whoever else uses the app may take them in between.
//! Then the other answer is right, and only then: what it depends on is looked up once the answer is there.

use connect_core::domain::standing::Clause;

use super::rule::{Checked, Foreseen, refused};
use super::{Situation, judge};
use crate::known::{Caller, Known};
use crate::plan::Request;
use crate::session::{Answered, Otherwise, Place, Prediction, Session};

/// The error of a request too many (/reference/errors).
const ERROR: &str = "rate_limited";

/// Whether the minute still has room for the app's request.
pub(super) fn within(client_id: &str, service: &str, known: &Known) -> Checked {
    let caller = Caller {
        client_id: client_id.to_owned(),
        service: service.to_owned(),
    };
    if known.left(&caller) != Some(0) {
        return Ok(());
    }
    let most = known.rules.rate_limit_per_minute.unwrap_or_default();
    let wait = known.rest_of_minute().as_millis().div_ceil(1000);
    let clause = Clause::documented("partner app guide, step 5: honor Retry-After; RFC 6585 §4");
    let because = format!(
        "The setting `rate_limit_per_minute` gives an app {most} requests a minute to {service}, and they are used up."
    );
    let mut foreseen = refused(429, ERROR, clause, because)
        .effect(format!(
            "`Retry-After` says to wait {wait} s: until the minute of the sandbox clock is over"
        ))
        .effect("nothing else comes of it: no credential is looked at, none is spent");
    foreseen.over = Some(caller);
    foreseen.stop()
}

/// Whose requests a request is counted among.
pub(super) fn counts(request: &Request, session: &Session, known: &Known) -> Option<Caller> {
    known.rules.rate_limit_per_minute?;
    with_limit(Some(0), request, session, known)?.over
}

/// With the answer that comes when somebody else of the app takes the last request of the minute, or when the minute ends
/// before this one is there.
pub(super) fn with_otherwise(
    foreseen: Foreseen,
    request: &Request,
    session: &Session,
    known: &Known,
) -> Prediction {
    let mut prediction = foreseen.prediction;
    let otherwise = if foreseen.over.is_some() {
        with_limit(None, request, session, known).map(|free| Otherwise {
            expected: free.prediction.expected,
            when: "The minute of the sandbox clock ends before the request is there, and a new one begins."
                .to_owned(),
            at: known.server_now(),
            happened: false,
        })
    } else {
        counts(request, session, known).and_then(|caller| {
            let left = known.left(&caller)?;
            Some(Otherwise {
                expected: Answered {
                    place: Place::Body,
                    status: Some(429),
                    error: Some(ERROR.to_owned()),
                },
                when: format!(
                    "{left} of the app's requests to {} are left in this minute as far as is known, and others take them first.",
                    caller.service
                ),
                at: known.server_now(),
            happened: false,
            })
        })
    };
    prediction.otherwise = otherwise.map(Box::new);
    prediction
}

/// Whether what the other answer depends on has happened: `before` is what was known when the request was sent, `after` what
/// is known now that the answer is there.
#[must_use]
pub fn happened(
    otherwise: &Otherwise,
    caller: Option<&Caller>,
    before: &Known,
    after: &Known,
) -> bool {
    // Once another minute has begun, nobody can tell any more what was left of that one.
    if !after.is_in_the_minute_of(otherwise.at) || before.rules != after.rules {
        return true;
    }
    let none_left = caller.is_some_and(|caller| after.left(caller) == Some(0));
    is_rate_limited(&otherwise.expected) && none_left
}

/// Whether an answer is the rate limit's.
pub(super) fn is_rate_limited(answered: &Answered) -> bool {
    answered.status == Some(429) && answered.error.as_deref() == Some(ERROR)
}

/// The request judged as if the limit were another.
pub(super) fn with_limit(
    limit: Option<u32>,
    request: &Request,
    session: &Session,
    known: &Known,
) -> Option<Foreseen> {
    if known.rules.rate_limit_per_minute == limit {
        return judge(request, &Situation { session, known });
    }
    let mut known = known.clone();
    known.rules.rate_limit_per_minute = limit;
    judge(
        request,
        &Situation {
            session,
            known: &known,
        },
    )
}
