//! A session as the console shows it: credentials masked, words in place of states.

mod words;

use connect_core::domain::walk::Step;
use connect_rpc::simulator as rpc;
use connect_rpc::traffic::NamedValue;
use connect_simulator::known::Known;
use connect_simulator::mask::Mask;
use connect_simulator::plan::{self, Request, parameters};
use connect_simulator::session::{
    self, Answered, CredentialState, Place, Prediction, Run, Session, Verdict,
};
use connect_simulator::tamper::{TAMPERS, Tamper};
use connect_simulator::walk::Prepared;

use super::deleted_at;

/// A session with everything but the bytes.
pub(super) fn session(session: &Session) -> rpc::WalkSession {
    let mask = Mask::of(session);
    rpc::WalkSession {
        summary: summary(session),
        setup: setup(&session.setup),
        steps: steps(session),
        runs: session
            .runs
            .iter()
            .map(|it| run(session, it, &mask))
            .collect(),
        exchanges: session
            .exchanges
            .iter()
            .map(|it| exchange(session, it, &mask))
            .collect(),
        waiting: session.waiting.as_ref().map(|it| rpc::Waiting {
            open: it.open.clone(),
            listening: it.listening.clone(),
            problem: it.problem.clone(),
        }),
        trace: session.facts.trace.clone(),
    }
}

/// A line of the list.
pub(super) fn summary(session: &Session) -> rpc::WalkSummary {
    let done = |step: &Step| {
        let run = session.run_of(*step);
        run.is_some_and(|run| match run.outcome.verdict {
            Verdict::Done => true,
            // A refusal that nobody brought about, and that was foreseen: the walk went on.
            Verdict::RefusedAsMeant => run.tamper.is_none() && !run.edited,
            Verdict::Waiting | Verdict::Failed | Verdict::Cancelled => false,
        })
    };
    rpc::WalkSummary {
        session: session.id.clone(),
        name: session.name.clone(),
        target: rpc::WalkTarget {
            base_url: session.target.base_url.clone(),
            own: session.target.own,
        },
        app: session
            .setup
            .app_name
            .clone()
            .unwrap_or_else(|| session.setup.client_id.clone()),
        persona: session.setup.persona.clone(),
        step: session.at,
        ended: ended(session),
        done: Step::ALL.iter().filter(|step| done(step)).count(),
        exchanges: session.exchanges.len(),
        disagreements: session.disagreements(),
        kept: session.kept,
        deleted_at: deleted_at(session).filter(|_| !session.kept),
        created_at: session.created_at,
        updated_at: session.updated_at,
    }
}

/// The step that was taken last, of those that count.
fn ended(session: &Session) -> Option<rpc::WalkEnd> {
    let mut newest = session.runs.iter().rev();
    let run = newest.find(|run| !run.set_aside)?;
    Some(rpc::WalkEnd {
        step: run.step,
        title: run.step.title().to_owned(),
        state: state(run.outcome.verdict),
        tamper: run.tamper.as_ref().map(|name| {
            let known = TAMPERS.iter().find(|it| it.name == name);
            rpc::WalkSlip {
                name: name.clone(),
                title: known.map_or(&**name, |it| it.title).to_owned(),
            }
        }),
        edited: run.edited,
    })
}

fn setup(setup: &session::Setup) -> rpc::WalkConfig {
    let call = |call: &Option<session::Call>| {
        let call = call.as_ref();
        call.map(|call| format!("{} {}", call.method, call.path))
    };
    rpc::WalkConfig {
        client_id: setup.client_id.clone(),
        app_name: setup.app_name.clone(),
        app_type: setup.app_type,
        has_secret: setup.client_secret.is_some(),
        persona: setup.persona.clone(),
        scopes: setup.scopes.clone(),
        redirect_uri: setup.redirect_uri.clone(),
        client_authentication: setup.authentication,
        consent: setup.consent,
        allow: setup.allow,
        nonce: setup.nonce,
        prompt: setup.prompt.clone(),
        call: call(&setup.call),
        outside_call: call(&setup.outside_call),
    }
}

fn steps(session: &Session) -> Vec<rpc::StepView> {
    Step::ALL
        .into_iter()
        .map(|step| {
            let run = session.run_of(step);
            let left_out = plan::left_out(session, step);
            let state = match run {
                _ if left_out.is_some() => rpc::StepState::LeftOut,
                Some(run) => state(run.outcome.verdict),
                None if session.at == Some(step) => rpc::StepState::Next,
                None if session.skipped.contains(&step) => rpc::StepState::Skipped,
                None => rpc::StepState::Later,
            };
            rpc::StepView {
                step,
                title: step.title().to_owned(),
                state,
                run: run.map(|run| run.number),
                left_out,
            }
        })
        .collect()
}

fn state(verdict: Verdict) -> rpc::StepState {
    match verdict {
        Verdict::Done => rpc::StepState::Done,
        Verdict::Waiting => rpc::StepState::Waiting,
        Verdict::RefusedAsMeant => rpc::StepState::RefusedAsMeant,
        Verdict::Failed | Verdict::Cancelled => rpc::StepState::Failed,
    }
}

fn run(session: &Session, run: &Run, mask: &Mask) -> rpc::StepRun {
    rpc::StepRun {
        run: run.number,
        step: run.step,
        at: run.at,
        took_ms: run.took_ms,
        set_aside: run.set_aside,
        tamper: run.tamper.clone(),
        edited: run.edited,
        prediction: run.prediction.as_ref().map(prediction),
        agreement: agreement(run.prediction.as_ref(), run.answered.as_ref()),
        outcome: rpc::RunOutcome {
            state: state(run.outcome.verdict),
            cancelled: run.outcome.verdict == Verdict::Cancelled,
            words: mask.text(&run.outcome.words),
            fix: run.outcome.fix.as_deref().map(|fix| mask.text(fix)),
        },
        shown: run
            .shown
            .iter()
            .map(|it| rpc::Shown {
                name: it.name.clone(),
                value: mask.text(&it.value),
                how: it.how.clone(),
                source: it.source.clone(),
            })
            .collect(),
        checks: run
            .checks
            .iter()
            .map(|it| rpc::ClientCheck {
                name: it.name.clone(),
                about: it.about.clone(),
                expected: mask.text(&it.expected),
                received: mask.text(&it.received),
                passed: it.passed,
                source: it.source.clone(),
            })
            .collect(),
        claims: run
            .claims
            .iter()
            .map(|it| rpc::ClaimRow {
                name: it.name.clone(),
                value: mask.text(&it.value),
                meaning: it.meaning.clone(),
                readable: it.readable.clone(),
                scope: it.scope.clone(),
                passed: it.passed,
                source: it.source.clone(),
            })
            .collect(),
        exchanges: session
            .exchanges_of(run.number)
            .map(|it| it.number)
            .collect(),
        main_exchange: run.main_exchange,
    }
}

/// An exchange without its bytes.
pub(super) fn exchange(
    session: &Session,
    exchange: &session::Exchange,
    mask: &Mask,
) -> rpc::WalkExchange {
    let mut runs = session.runs.iter();
    let step = runs.find(|run| run.number == exchange.run);
    rpc::WalkExchange {
        exchange: exchange.number,
        run: exchange.run,
        step: step.map_or(Step::Configure, |run| run.step),
        label: exchange.label.clone(),
        from: exchange.from,
        to: exchange.to,
        at: exchange.at,
        method: exchange.method.clone(),
        url: mask.text(&exchange.url),
        status: exchange.status,
        error: exchange.error.as_deref().map(|error| mask.text(error)),
        failed: exchange.failed.as_deref().map(|failed| mask.text(failed)),
        timing: rpc::WalkTiming {
            connected_us: exchange.timing.connected_us,
            sent_us: exchange.timing.sent_us,
            first_byte_us: exchange.timing.first_byte_us,
            done_us: exchange.timing.done_us,
        },
        hidden: exchange.hidden,
        server: exchange.server.clone(),
        tls: exchange.tls,
        prediction: exchange.prediction.as_ref().map(prediction),
        agreement: agreement(exchange.prediction.as_ref(), exchange.answered.as_ref()),
    }
}

fn prediction(prediction: &Prediction) -> rpc::Prediction {
    rpc::Prediction {
        expected: answered(&prediction.expected),
        words: prediction.words.clone(),
        because: prediction.because.clone(),
        source: prediction.source.clone(),
        standing: prediction.standing,
        effects: prediction.effects.clone(),
        otherwise: prediction.otherwise.as_ref().map(|it| rpc::Otherwise {
            expected: answered(&it.expected),
            when: it.when.clone(),
        }),
    }
}

fn answered(it: &Answered) -> rpc::ExpectedAnswer {
    rpc::ExpectedAnswer {
        place: match it.place {
            Place::Body => rpc::AnswerPlace::Body,
            Place::Redirect => rpc::AnswerPlace::Redirect,
            Place::Page => rpc::AnswerPlace::Page,
            Place::App => rpc::AnswerPlace::App,
        },
        status: it.status,
        error: it.error.clone(),
    }
}

fn agreement(foreseen: Option<&Prediction>, came: Option<&Answered>) -> Option<rpc::Agreement> {
    let (foreseen, came) = foreseen.zip(came)?;
    let agrees = foreseen.agrees(came);
    let words = if foreseen.came_otherwise(came) {
        "It came as it was foreseen for the case that somebody else was first.".to_owned()
    } else if agrees {
        "It came as it was foreseen.".to_owned()
    } else {
        format!(
            "Foreseen was {}; what came is {}. That is a defect of this program: please tell its makers.",
            in_words(&foreseen.expected),
            in_words(came)
        )
    };
    Some(rpc::Agreement {
        agrees,
        answered: answered(came),
        words,
    })
}

fn in_words(it: &Answered) -> String {
    let error = it.error.as_deref();
    let status = it.status.map(|status| status.to_string());
    match (it.place, error) {
        (Place::Body, None) => status.unwrap_or_default(),
        (Place::Body, Some(error)) => format!("{} `{error}`", status.unwrap_or_default()),
        (Place::Redirect, None) => "a redirect to the app with a code".to_owned(),
        (Place::Redirect, Some(error)) => format!("a redirect to the app with `{error}`"),
        (Place::Page, error) => format!(
            "a page for people with status {}{}",
            status.unwrap_or_default(),
            error.map_or_else(String::new, |error| format!(" and `{error}`"))
        ),
        (Place::App, None) => "that the app finds everything in order".to_owned(),
        (Place::App, Some(check)) => format!("that the app's check `{check}` fails"),
    }
}

/// A request as somebody changed it.
pub(super) fn edited(edit: rpc::RequestEdit) -> Request {
    Request {
        method: edit.method.trim().to_ascii_uppercase(),
        url: edit.url.trim().to_owned(),
        headers: edit
            .headers
            .into_iter()
            .map(|header| {
                (
                    header.name.trim().to_owned(),
                    header.value.trim().to_owned(),
                )
            })
            .collect(),
        body: edit.body,
    }
}

/// A step before it is taken, or why it can't be.
pub(super) fn plan(
    session: &Session,
    known: &Known,
    step: Step,
    prepared: Result<&Prepared, &str>,
) -> rpc::Plan {
    let (purpose, action) = words::words(step);
    let alive = session.credentials.iter();
    let alive = alive
        .filter(|it| it.state == CredentialState::Active)
        .count();
    let spent = matches!(step, Step::Revoke | Step::AfterRevoke) && alive == 0;
    let mut plan = rpc::Plan {
        step,
        purpose: purpose.to_owned(),
        action: if spent {
            format!("{action} {}", words::SPENT)
        } else {
            action.to_owned()
        },
        blocked: prepared.err().map(str::to_owned),
        requests: Vec::new(),
        prediction: None,
        tamper: None,
    };
    let Ok(prepared) = prepared else {
        return plan;
    };
    let mask = Mask::of(session);
    let draft = &prepared.draft;
    plan.requests = draft
        .requests
        .iter()
        .enumerate()
        .map(|(place, planned)| {
            let readable = planned.request.readable();
            rpc::PlannedRequest {
                label: planned.label.clone(),
                main: draft.main == Some(place),
                url: around_names(&mask, &readable.url),
                body: around_names(&mask, &readable.body),
                headers: readable
                    .headers
                    .iter()
                    .map(|(name, value)| NamedValue {
                        name: name.clone(),
                        value: around_names(&mask, value),
                    })
                    .collect(),
                parameters: parameters::of(&planned.request)
                    .into_iter()
                    .map(|it| parameter(it, &draft.touched, &mask))
                    .collect(),
                method: readable.method,
            }
        })
        .collect();
    let of_main = draft
        .main
        .and_then(|main| prepared.predictions.get(main)?.as_ref());
    plan.prediction = prepared.own.as_ref().or(of_main).map(prediction);
    let tamper = prepared.tamper.as_deref();
    let tamper = tamper.and_then(|name| TAMPERS.iter().find(|it| it.name == name));
    plan.tamper = tamper.map(|it| info(it, Some((session, known))));
    plan
}

/// Masks what is between the `{{names}}` under which credentials stand in a plan: a name is none.
fn around_names(mask: &Mask, text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{")
        && let Some(length) = rest[start..].find("}}")
    {
        let end = start + length + 2;
        out.push_str(&mask.text(&rest[..start]));
        out.push_str(&rest[start..end]);
        rest = &rest[end..];
    }
    out.push_str(&mask.text(rest));
    out
}

fn parameter(it: parameters::Parameter, touched: &[String], mask: &Mask) -> rpc::Parameter {
    let (meaning, source) = it.meaning.unwrap_or_default();
    rpc::Parameter {
        place: match it.place {
            parameters::Place::Query => rpc::ParameterPlace::Query,
            parameters::Place::Form => rpc::ParameterPlace::Form,
            parameters::Place::Header => rpc::ParameterPlace::Header,
        },
        tampered: touched
            .iter()
            .any(|name| name.eq_ignore_ascii_case(&it.name)),
        value: around_names(mask, &it.value),
        name: it.name,
        meaning: meaning.to_owned(),
        source: source.to_owned(),
    }
}

/// Something that goes wrong on purpose, for a session or for all.
pub(super) fn info(tamper: &Tamper, within: Option<(&Session, &Known)>) -> rpc::TamperInfo {
    let available = within.map_or(Ok(()), |(session, known)| {
        (tamper.available)(session, known)
    });
    rpc::TamperInfo {
        name: tamper.name.to_owned(),
        step: tamper.step,
        title: tamper.title.to_owned(),
        about: tamper.about.to_owned(),
        moves_clock: tamper.moves_clock,
        unavailable: available.err(),
    }
}
