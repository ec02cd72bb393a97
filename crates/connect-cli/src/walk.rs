//! A walk for people: each step with why there is one, what was sent, what came, what the app and the server checked, and
//! whether it was foreseen.

mod foot;
mod refusal;
mod slips;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use connect_core::domain::walk::{Party, Step};
use connect_rpc::simulator::{
    Agreement, AnswerPlace, ExpectedAnswer, Prediction, StepRun, StepState, TamperInfo,
    WalkExchange, WalkSession,
};
use connect_rpc::traffic::Explanation;

pub(crate) use self::foot::foot;
pub(crate) use self::slips::slips;
use crate::output::{BAD, BOLD, CARE, CODE, DIM, GOOD, plain, prose, prose_in, styled};

/// Below the number of a step.
const INDENT: &str = "    ";

/// What the walk is about.
pub(crate) fn head(session: &WalkSession) -> String {
    let setup = &session.setup;
    let mut about = vec![plain(&session.summary.app)];
    about.extend(setup.persona.as_deref().map(plain));
    about.push(plain(&session.summary.target.base_url));
    let scopes = match setup.scopes.as_slice() {
        [] => "no scopes".to_owned(),
        scopes => scopes.join(" "),
    };
    format!(
        "{}\n{}\n{}\n\n",
        styled(BOLD, plain(&session.summary.name)),
        about.join("  "),
        styled(DIM, plain(&scopes))
    )
}

/// What is known of a step beside its session.
#[derive(Default)]
pub(crate) struct Beside<'b> {
    /// What goes wrong on purpose in it.
    pub(crate) slip: Option<&'b TamperInfo>,
    /// Why the flow has it.
    pub(crate) why: Option<String>,
    /// What the server says of the requests that it refused, by the exchange's number.
    pub(crate) explained: BTreeMap<u32, Explanation>,
}

/// The runs after the first `told`.
pub(crate) fn runs(session: &WalkSession, told: usize, beside: &Beside<'_>) -> String {
    let mut text = String::new();
    for run in session.runs.iter().skip(told) {
        left_out(&mut text, session, run.step);
        one(&mut text, session, run, beside);
    }
    text
}

/// The steps directly before this one that do not belong to the walk.
fn left_out(text: &mut String, session: &WalkSession, step: Step) {
    let before: Vec<_> = session
        .steps
        .iter()
        .take_while(|view| view.step != step)
        .collect();
    let passed = before.iter().rev();
    let mut passed: Vec<_> = passed
        .take_while(|view| matches!(view.state, StepState::LeftOut | StepState::Skipped))
        .collect();
    passed.reverse();
    for view in passed {
        let why = view.left_out.as_deref().unwrap_or("passed over");
        let line = format!("{}  {}: {}", number(view.step), view.title, plain(why));
        let _ = writeln!(text, "{}", styled(DIM, line));
    }
}

fn number(step: Step) -> String {
    format!("{:>2}", step.place() + 1)
}

fn one(text: &mut String, session: &WalkSession, run: &StepRun, beside: &Beside<'_>) {
    let title = styled(BOLD, run.step.title());
    let _ = writeln!(
        text,
        "{}  {title}  {}",
        styled(DIM, number(run.step)),
        state(run)
    );
    if let Some(why) = &beside.why {
        let _ = writeln!(text, "{INDENT}{}", prose_in(DIM, why));
    }
    if let Some(name) = &run.tamper {
        let about = beside.slip.filter(|slip| slip.name == *name);
        let about = about.map_or(&**name, |slip| &*slip.about);
        line(text, &styled(CARE, "on purpose"), &prose(about));
    }
    for shown in &run.shown {
        let how = prose_in(DIM, &shown.how);
        let value = styled(CODE, plain(&in_one_line(&shown.value)));
        line(text, &plain(&shown.name), &format!("{value}  {how}"));
    }
    let exchanges = run.exchanges.iter().filter_map(|number| {
        let mut all = session.exchanges.iter();
        all.find(|it| it.exchange == *number)
    });
    for exchange in exchanges {
        // Which is which, where a step has several that look alike.
        let label = (run.exchanges.len() > 1).then_some(&*exchange.label);
        self::exchange(text, exchange, label, &session.summary.target.base_url);
        // What the step's verdict is not about is foreseen by itself.
        if run.main_exchange != Some(exchange.exchange) {
            foreseen(
                text,
                exchange.prediction.as_ref(),
                exchange.agreement.as_ref(),
            );
        }
    }
    for check in &run.checks {
        let name = check.name.replace('_', " ");
        mark(text, check.passed, &plain(&name));
        if !check.passed {
            let (wanted, came) = (plain(&check.expected), plain(&check.received));
            line(text, "", &format!("  expected {wanted}, received {came}"));
        }
    }
    // What is right with a claim is among the checks.
    for claim in run.claims.iter().filter(|it| it.passed == Some(false)) {
        let said = format!("{} {}", plain(&claim.name), plain(&claim.value));
        mark(text, false, &said);
    }
    foreseen(text, run.prediction.as_ref(), run.agreement.as_ref());
    let _ = writeln!(text, "{INDENT}{}", prose(&run.outcome.words));
    let explained = run
        .main_exchange
        .and_then(|it| beside.explained.get(&it))
        .and_then(|it| it.refusal.as_ref());
    if let Some(explained) = explained {
        refusal::told(text, explained);
    }
    // The server knows better than the step what would have been right.
    let servers = explained.is_some_and(|it| !it.fix.is_empty());
    if let Some(fix) = run.outcome.fix.as_ref().filter(|_| !servers) {
        let _ = writeln!(text, "{INDENT}{}", prose_in(CARE, fix));
    }
    text.push('\n');
}

/// How the step ended, in the word that the sandbox has for it.
fn state(run: &StepRun) -> String {
    let agrees = run.agreement.as_ref().is_none_or(|it| it.agrees);
    let colour = match run.outcome.state {
        _ if run.outcome.cancelled => CARE,
        StepState::Waiting => CARE,
        StepState::Done | StepState::RefusedAsMeant if agrees => GOOD,
        _ => BAD,
    };
    styled(colour, plain(&run.outcome.word))
}

fn exchange(text: &mut String, exchange: &WalkExchange, label: Option<&str>, base_url: &str) {
    let ways = format!("{} → {}", party(exchange.from), party(exchange.to));
    let url = exchange.url.strip_prefix(base_url).unwrap_or(&exchange.url);
    let url = match url.split_once('?') {
        Some((path, query)) => {
            let names = query
                .split('&')
                .map(|it| it.split('=').next().unwrap_or(it));
            let names: Vec<String> = names.map(plain).collect();
            let names = styled(DIM, format!("? {}", names.join(" ")));
            format!("{} {names}", plain(path))
        }
        None => plain(url),
    };
    let asked = format!("{} {url}", plain(&exchange.method));
    let answer = match (exchange.status, &exchange.error, &exchange.failed) {
        (Some(status), Some(error), _) => styled(BAD, format!("{status} {}", plain(error))),
        (Some(status), None, _) => styled(if status < 400 { GOOD } else { BAD }, status),
        (None, _, Some(failed)) => styled(BAD, plain(failed)),
        (None, _, None) => "caught".to_owned(),
    };
    let tenths = (exchange.timing.done_us + 50) / 100;
    let spent = format!("{}.{} ms", tenths / 10, tenths % 10);
    let label = label.map_or_else(String::new, |label| format!("  {}", plain(label)));
    line(
        text,
        &styled(DIM, ways),
        &format!("{asked}{}", styled(DIM, label)),
    );
    let answer = format!("{answer}  {}", styled(DIM, spent));
    line(text, &styled(DIM, "answered"), &answer);
}

/// JSON in several lines in one.
fn in_one_line(text: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(value) if text.contains('\n') => value.to_string(),
        _ => text.to_owned(),
    }
}

const fn party(party: Party) -> &'static str {
    match party {
        Party::Browser => "browser",
        Party::App => "app",
        Party::Identity => "identity",
        Party::Service => "service",
    }
}

/// Prediction against answer, in words as well as by mark.
fn foreseen(text: &mut String, prediction: Option<&Prediction>, agreement: Option<&Agreement>) {
    let (Some(prediction), Some(agreement)) = (prediction, agreement) else {
        return;
    };
    let expected = answer(&prediction.expected);
    if agreement.agrees {
        let came = answer(&agreement.answered);
        mark(text, true, &format!("as foreseen: {came}"));
    } else {
        let came = answer(&agreement.answered);
        let said = format!("foreseen was {expected}, answered {came}");
        mark(text, false, &said);
    }
    let otherwise = prediction.otherwise.as_ref();
    let other = otherwise.filter(|it| {
        agreement.agrees
            && it.expected == agreement.answered
            && prediction.expected != agreement.answered
    });
    let because = other.map_or(&prediction.because, |it| &it.when);
    let because = format!("{because} ({})", prediction.source);
    let _ = writeln!(text, "{INDENT}  {}", prose_in(DIM, &because));
    if other.is_none() {
        for effect in &prediction.effects {
            let _ = writeln!(text, "{INDENT}  {}", prose_in(DIM, effect));
        }
    }
}

fn answer(answer: &ExpectedAnswer) -> String {
    let error = answer.error.as_deref().map(plain);
    let status = answer.status.map(|status| status.to_string());
    match (answer.place, error) {
        (AnswerPlace::App, None) => "the app finds everything in order".to_owned(),
        (AnswerPlace::App, Some(check)) => format!("the app's check {check} fails"),
        (AnswerPlace::Redirect, None) => "a redirect to the app with a code".to_owned(),
        (AnswerPlace::Redirect, Some(error)) => format!("{error} in the redirect to the app"),
        (place, error) => {
            let words: Vec<String> = status.into_iter().chain(error).collect();
            let on = match place {
                AnswerPlace::Page => " on a page for people",
                _ => "",
            };
            format!("{}{on}", words.join(" "))
        }
    }
}

fn mark(text: &mut String, good: bool, words: &str) {
    let mark = if good {
        styled(GOOD, "✓")
    } else {
        styled(BAD, "✗")
    };
    let _ = writeln!(text, "{INDENT}{mark} {words}");
}

fn line(text: &mut String, name: &str, value: &str) {
    let between = if name.is_empty() { "" } else { "  " };
    let _ = writeln!(text, "{INDENT}{name}{between}{value}");
}

/// Why steps come again.
pub(crate) fn anew(title: &str) -> String {
    let text = format!("From the beginning again, for the next thing to go wrong: {title}");
    format!("{}\n\n", styled(CARE, text))
}
