//! A walk for people: each step with what was sent, what came, what the app checked, and whether it was foreseen.

use std::fmt::Write as _;

use connect_core::domain::walk::{Party, Step};
use connect_rpc::simulator::{
    AnswerPlace, ExpectedAnswer, StepRun, StepState, TamperInfo, WalkExchange, WalkSession,
};

use crate::output::{BAD, BOLD, CARE, CODE, DIM, GOOD, plain, styled};

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

/// The runs after the first `told`.
pub(crate) fn runs(session: &WalkSession, told: usize, tamper: Option<&TamperInfo>) -> String {
    let mut text = String::new();
    for run in session.runs.iter().skip(told) {
        left_out(&mut text, session, run.step);
        one(&mut text, session, run, tamper);
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

fn one(text: &mut String, session: &WalkSession, run: &StepRun, tamper: Option<&TamperInfo>) {
    let title = styled(BOLD, run.step.title());
    let _ = writeln!(
        text,
        "{}  {title}  {}",
        styled(DIM, number(run.step)),
        state(run)
    );
    if let Some(name) = &run.tamper {
        let about = tamper.filter(|tamper| tamper.name == *name);
        let about = about.map_or(&**name, |tamper| &*tamper.about);
        line(text, &styled(CARE, "on purpose"), &plain(about));
    }
    for shown in &run.shown {
        let how = styled(DIM, plain(&shown.how));
        let value = styled(CODE, plain(&in_one_line(&shown.value)));
        line(text, &plain(&shown.name), &format!("{value}  {how}"));
    }
    for number in &run.exchanges {
        let mut all = session.exchanges.iter();
        if let Some(exchange) = all.find(|it| it.exchange == *number) {
            self::exchange(text, exchange, &session.summary.target.base_url);
        }
    }
    for check in &run.checks {
        let name = check.name.replace('_', " ");
        mark(text, check.passed, &plain(&name));
        if !check.passed {
            let (wanted, came) = (plain(&check.expected), plain(&check.received));
            line(text, "", &format!("expected {wanted}, received {came}"));
        }
    }
    // What is right with a claim is among the checks.
    for claim in run.claims.iter().filter(|it| it.passed == Some(false)) {
        let said = format!("{} {}", plain(&claim.name), plain(&claim.value));
        mark(text, false, &said);
    }
    foreseen(text, run);
    let words = plain(&run.outcome.words);
    let _ = writeln!(text, "{INDENT}{words}");
    if let Some(fix) = &run.outcome.fix {
        let _ = writeln!(text, "{INDENT}{}", styled(CARE, plain(fix)));
    }
    text.push('\n');
}

/// How the step ended, in a word.
fn state(run: &StepRun) -> String {
    match run.outcome.state {
        StepState::Done => styled(GOOD, "done"),
        StepState::RefusedAsMeant => styled(GOOD, "refused, as it was meant to be"),
        StepState::Waiting => styled(CARE, "waits for a person"),
        StepState::Failed => styled(BAD, "went wrong"),
        _ => String::new(),
    }
}

fn exchange(text: &mut String, exchange: &WalkExchange, base_url: &str) {
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
    let us = exchange.timing.done_us;
    let spent = format!("{}.{} ms", us / 1000, us % 1000 / 100);
    line(text, &styled(DIM, ways), &asked);
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
fn foreseen(text: &mut String, run: &StepRun) {
    let (Some(prediction), Some(agreement)) = (&run.prediction, &run.agreement) else {
        return;
    };
    let expected = answer(&prediction.expected);
    if agreement.agrees {
        mark(text, true, &format!("as foreseen: {expected}"));
    } else {
        let came = answer(&agreement.answered);
        let said = format!("foreseen was {expected}, answered {came}");
        mark(text, false, &said);
    }
    let because = format!(
        "{} ({})",
        plain(&prediction.because),
        plain(&prediction.source)
    );
    let _ = writeln!(text, "{INDENT}  {}", styled(DIM, because));
    for effect in &prediction.effects {
        let _ = writeln!(text, "{INDENT}  {}", styled(DIM, plain(effect)));
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

/// How it went, and where to look on.
pub(crate) fn foot(session: &WalkSession, data_dir: &str) -> String {
    let summary = &session.summary;
    let count = |number: usize, word: &str| {
        let ending = if number == 1 { "" } else { "s" };
        format!("{number} {word}{ending}")
    };
    // Side requests, such as the call outside of the scopes, are foreseen one by one.
    let mains: Vec<u32> = session
        .runs
        .iter()
        .filter_map(|run| run.main_exchange)
        .collect();
    let beside = session
        .exchanges
        .iter()
        .filter(|exchange| exchange.agreement.is_some() && !mains.contains(&exchange.exchange));
    let of_runs = session.runs.iter().filter(|run| run.agreement.is_some());
    let foreseen = of_runs.count() + beside.count();
    let verdict = match summary.disagreements {
        0 => styled(GOOD, format!("{} as foreseen", count(foreseen, "answer"))),
        wrong => styled(BAD, format!("{wrong} not as foreseen")),
    };
    let payload = serde_json::json!({ "session": summary.session }).to_string();
    format!(
        "{}, {}, {verdict}\n{}\n",
        count(summary.done, "step"),
        count(summary.exchanges, "request"),
        styled(
            DIM,
            format!(
                "All of it, as JSON: connect-sandbox{data_dir} rpc simulator_get {}",
                connect_app::shell::word(&payload)
            )
        )
    )
}

/// What can go wrong on purpose, step by step.
pub(crate) fn tampers(tampers: &[TamperInfo]) -> String {
    let mut text = String::new();
    let mut at = None;
    let width = tampers.iter().map(|tamper| tamper.name.len()).max();
    let width = width.unwrap_or(0);
    for tamper in tampers {
        if at != Some(tamper.step) {
            if at.is_some() {
                text.push('\n');
            }
            at = Some(tamper.step);
            let _ = writeln!(text, "{}", styled(BOLD, tamper.step.title()));
        }
        let name = format!("{:width$}", plain(&tamper.name));
        let clock = if tamper.moves_clock {
            ", moves the sandbox clock forward"
        } else {
            ""
        };
        let title = plain(&tamper.title);
        let _ = writeln!(text, "  {}  {title}{clock}", styled(CODE, name));
    }
    text
}
