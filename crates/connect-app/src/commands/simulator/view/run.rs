//! A step that was taken, and its exchanges, with prediction and answer beside each other.

use connect_core::domain::walk::Step;
use connect_rpc::simulator as rpc;
use connect_simulator::mask::Mask;
use connect_simulator::session::{self, Answered, Place, Prediction, Run, Session, Verdict};

use super::ended::{state, word};

pub(super) fn run(session: &Session, run: &Run, mask: &Mask) -> rpc::StepRun {
    rpc::StepRun {
        run: run.number,
        step: run.step,
        at: run.at,
        took_ms: run.took_ms,
        set_aside: run.set_aside,
        tamper: run.tamper.clone(),
        edited: run.edited,
        prediction: run.prediction.as_ref().map(prediction),
        agreement: agreement(session, run.prediction.as_ref(), run.answered.as_ref()),
        outcome: rpc::RunOutcome {
            state: state(run.outcome.verdict),
            word: word(run).to_owned(),
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
        also: also(session, run),
    }
}

/// The requests beside the main one for which something was foreseen.
fn also(session: &Session, run: &Run) -> Vec<rpc::AlsoForeseen> {
    let others = session.exchanges_of(run.number);
    let others = others.filter(|it| Some(it.number) != run.main_exchange);
    others
        .filter_map(|it| {
            let foreseen = it.prediction.as_ref()?;
            Some(rpc::AlsoForeseen {
                exchange: it.number,
                label: it.label.clone(),
                prediction: prediction(foreseen),
                agreement: agreement(session, Some(foreseen), it.answered.as_ref()),
            })
        })
        .collect()
}

/// An exchange without its bytes.
pub(in super::super) fn exchange(
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
        agreement: agreement(
            session,
            exchange.prediction.as_ref(),
            exchange.answered.as_ref(),
        ),
    }
}

pub(super) fn prediction(prediction: &Prediction) -> rpc::Prediction {
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

fn agreement(
    session: &Session,
    foreseen: Option<&Prediction>,
    came: Option<&Answered>,
) -> Option<rpc::Agreement> {
    let (foreseen, came) = foreseen.zip(came)?;
    let agrees = foreseen.agrees(came);
    let otherwise = foreseen.otherwise.as_ref();
    let words = match otherwise.filter(|_| foreseen.came_otherwise(came)) {
        Some(it) => format!("It came as it was foreseen for this case: {}", it.when),
        None if agrees => "It came as it was foreseen.".to_owned(),
        None => format!(
            "Foreseen was {}; what came is {}. {}",
            in_words(&foreseen.expected),
            in_words(came),
            if session.target.own {
                "That is a defect of this program: please tell its makers."
            } else {
                "This platform answers differently than the contract says."
            }
        ),
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
