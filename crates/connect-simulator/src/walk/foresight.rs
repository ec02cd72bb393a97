//! A step before it is taken: its draft, tampered with or edited, and what will be answered.

mod id_token;

use std::time::Duration;

use connect_core::Moment;
use connect_core::domain::standing::Standing;
use connect_core::domain::walk::Step;

use super::{WalkError, pace};
use crate::known::Known;
use crate::plan::{self, Draft, Request};
use crate::predict;
use crate::session::{Answered, By, Ending, Place, Prediction, Session};
use crate::tamper::{self, Tamper};

/// A step, ready to be taken.
pub struct Prepared {
    /// Its draft.
    pub draft: Draft,
    /// What will be answered, for each request of the draft.
    pub predictions: Vec<Option<Prediction>>,
    /// What the app itself will find, in a step that it takes alone.
    pub own: Option<Prediction>,
    /// What goes wrong on purpose.
    pub tamper: Option<String>,
    /// Its draft without that and unchanged by hand; none when it is that.
    pub without: Option<Draft>,
}

/// Prepares a step as if the walk stood there.
///
/// # Errors
/// [`WalkError`], when something is missing for it, or the tampering does not fit.
pub fn prepare(
    session: &Session,
    known: &Known,
    step: Step,
    tamper: Option<&str>,
    edit: Option<Request>,
) -> Result<Prepared, WalkError> {
    let mut session = session.clone();
    pace::rewind(&mut session, step);
    let mut draft = plan::draft(&session, step)?;
    let tamper = tamper.map(|name| find(name, step)).transpose()?;
    let without = (tamper.is_some() || edit.is_some()).then(|| draft.clone());
    if let Some(tamper) = tamper {
        let available = (tamper.available)(&session, known);
        available.map_err(|why| WalkError::TamperUnavailable {
            name: tamper.name,
            why,
        })?;
        (tamper.apply)(&mut draft, &session, known);
    }
    if let Some(edit) = edit {
        *draft.main_mut().ok_or(WalkError::NothingToEdit(step))? = edit;
    }
    let own = own(&session, known, &draft, tamper);
    let mut predictions = foreseen(&draft, session, known);
    match (step, draft.main) {
        // Nothing is sent in this one: what will be answered is said where it is.
        (Step::AuthorizationUrl, _) => predictions.iter_mut().for_each(|it| *it = None),
        // No new token, no call with it.
        (Step::Refresh, Some(main)) if is_refusal(predictions.get(main)) => {
            draft.requests.truncate(main + 1);
            predictions.truncate(main + 1);
        }
        _ => {}
    }
    Ok(Prepared {
        draft,
        predictions,
        own,
        tamper: tamper.map(|tamper| tamper.name.to_owned()),
        without,
    })
}

/// The tampering of this name, which must belong to the step.
pub(super) fn find(name: &str, step: Step) -> Result<&'static Tamper, WalkError> {
    let found = tamper::TAMPERS.iter().find(|it| it.name == name);
    let Some(found) = found else {
        let near: Vec<&str> = tamper::TAMPERS
            .iter()
            .filter(|it| it.step == step)
            .map(|it| it.name)
            .collect();
        let hint = if near.is_empty() {
            String::new()
        } else {
            format!("; this step has {}", near.join(", "))
        };
        return Err(WalkError::UnknownTamper {
            name: name.to_owned(),
            hint,
        });
    };
    if found.step != step {
        return Err(WalkError::TamperElsewhere {
            name: found.name,
            step: found.step,
        });
    }
    Ok(found)
}

/// What will be answered to each request, each told what the ones before it will have changed.
fn foreseen(draft: &Draft, mut session: Session, known: &Known) -> Vec<Option<Prediction>> {
    let mut known = known.clone();
    session.setup.allow &= !draft.deny;
    let mut predictions = Vec::with_capacity(draft.requests.len());
    for (place, planned) in draft.requests.iter().enumerate() {
        if draft.main == Some(place)
            && let Some(span) = draft.advance
        {
            known.now = Moment {
                sandbox: known.now.sandbox.plus(span),
                wall: known.now.wall,
            };
        }
        let request = planned.request.filled(&session.facts, &session.setup);
        let mut prediction = predict::predict(&request, &session, &known);
        if draft.main == Some(place)
            && let (Some(span), Some(prediction)) = (draft.advance, &mut prediction)
        {
            prediction.effects.push(format!(
                "the sandbox clock moves forward by {} first, for everything in this sandbox, and never goes back",
                in_words(span)
            ));
        }
        if let Some(caller) = predict::counts(&request, &session, &known) {
            known.count(caller);
        }
        if let Some(prediction) = &prediction {
            let family = session.runs.last().map_or(0, |run| run.number);
            let ended: Vec<_> = session.credentials.iter().map(|it| it.ended).collect();
            predict::settle(
                &mut session,
                &request,
                &prediction.expected,
                None,
                &known,
                family,
            );
            not_yet(&mut session, &ended);
        }
        // What comes after new tokens is sent with them.
        let newest = session.credentials.iter().rev();
        if newest.take(2).any(|it| it.value == predict::UNKNOWN_ACCESS) {
            session.facts.access_token = Some(predict::UNKNOWN_ACCESS.to_owned());
        }
        predictions.push(prediction);
    }
    predictions
}

/// What ended just now is only foreseen to: by which request is known, and no time.
fn not_yet(session: &mut Session, before: &[Option<Ending>]) {
    for (credential, before) in session.credentials.iter_mut().zip(before) {
        if let Some(ending) = credential.ended.as_mut().filter(|it| Some(**it) != *before) {
            ending.at = None;
            ending.by = By::TheRequestBefore;
        }
    }
}

fn is_refusal(prediction: Option<&Option<Prediction>>) -> bool {
    let prediction = prediction.and_then(Option::as_ref);
    prediction.is_some_and(|it| it.expected.is_refusal())
}

/// A span of time for people.
fn in_words(span: Duration) -> String {
    let seconds = span.as_secs();
    let (days, hours) = (seconds / 86_400, seconds % 86_400 / 3600);
    let (minutes, rest) = (seconds % 3600 / 60, seconds % 60);
    let parts = [(days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    said.join(" ")
}

/// What the app itself will find: everything in order, unless the tampering is about one of its checks.
fn own(
    session: &Session,
    known: &Known,
    draft: &Draft,
    tamper: Option<&Tamper>,
) -> Option<Prediction> {
    let (words, because, source) = match draft.step {
        Step::Callback => (
            "The app finds everything in order and takes the code.",
            "the callback answers this very request",
            "RFC 6749 §4.1.2, RFC 9207 §2.4",
        ),
        Step::IdToken => (
            "The app finds every claim in order.",
            "the token is signed by a published key, for this app, in answer to this request",
            "OpenID Connect Core 1.0 §3.1.3.7",
        ),
        _ => return None,
    };
    let foreign = || {
        draft
            .callback
            .as_ref()
            .and_then(|url| foreign(session, url))
    };
    let meant = tamper.and_then(|tamper| tamper.client_check);
    let failing = match draft.step {
        Step::IdToken => id_token::failing(draft, session, known, meant),
        _ if tamper.is_some() => meant,
        _ => foreign(),
    };
    let failing = match failing {
        None | Some("code_present") if says_no(draft) => Some("no_error"),
        other => other,
    };
    let because = if let Some(because) = failing.and_then(id_token::because) {
        because
    } else if failing == Some("state_matches") || failing == Some("issuer_matches") {
        "what came back does not answer the request of this walk"
    } else if failing == Some("no_error") {
        "the server sends an error in place of a code"
    } else {
        because
    };
    Some(Prediction {
        expected: Answered {
            place: Place::App,
            status: None,
            error: failing.map(str::to_owned),
        },
        words: failing.map_or_else(
            || words.to_owned(),
            |check| format!("The app's own check `{check}` fails, and nothing more is sent."),
        ),
        because: tamper
            .filter(|_| failing.is_some() && failing == meant)
            .map_or(because, |tamper| tamper.about)
            .to_owned(),
        source: source.to_owned(),
        standing: Standing::Standard,
        effects: Vec::new(),
        otherwise: None,
    })
}

/// The check that a callback fails which answers another request than this walk's: somebody pasted it.
fn foreign(session: &Session, callback: &str) -> Option<&'static str> {
    let callback = Request::get(callback);
    let facts = &session.facts;
    if callback.parameter("state") != facts.state {
        return Some("state_matches");
    }
    let issuer = facts.metadata.as_ref()?.get("issuer")?.as_str()?;
    let iss = callback.parameter("iss");
    (iss.is_some() && iss.as_deref() != Some(issuer)).then_some("issuer_matches")
}

/// Whether the callback that the app is about to check brings an error.
fn says_no(draft: &Draft) -> bool {
    let callback = draft.callback.as_ref();
    callback.is_some_and(|url| Request::get(url.clone()).parameter("error").is_some())
}
