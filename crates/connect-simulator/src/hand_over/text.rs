//! A session as a story in Markdown: what was computed, sent, answered and checked, credentials masked.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use connect_core::domain::message::{BodyKind, Message};
use connect_core::domain::walk::Party;

use super::requests::answered;
use crate::mask::Mask;
use crate::session::{Answered, Bytes, Exchange, Place, Prediction, Run, Session, Verdict};
use crate::tamper::TAMPERS;

/// So many characters of a body are shown.
const MOST: usize = 4000;

/// The session as Markdown.
pub(super) fn markdown(session: &Session, bytes: &BTreeMap<u32, Bytes>, mask: &Mask) -> String {
    let mut out = format!("# {}\n\n", inline(&session.name));
    let setup = &session.setup;
    let app = setup.app_name.as_ref().unwrap_or(&setup.client_id);
    let mut about = vec![
        ("App", inline(app)),
        ("Client id", code(&setup.client_id)),
        ("Server", code(&session.target.base_url)),
        ("Redirect URI", code(session.redirect_uri())),
        ("Scopes", code(&setup.scopes.join(" "))),
    ];
    if let Some(persona) = &setup.persona {
        about.insert(2, ("Person", inline(persona)));
    }
    for (name, value) in about {
        line(&mut out, format_args!("- {name}: {value}"));
    }
    for run in session.runs.iter().filter(|run| !run.set_aside) {
        step(&mut out, session, run, bytes);
    }
    numbered(&mask.text(&out))
}

fn step(out: &mut String, session: &Session, run: &Run, bytes: &BTreeMap<u32, Bytes>) {
    let (number, title) = (run.step.place() + 1, run.step.title());
    line(out, format_args!("\n## {number}. {title}\n"));
    line(out, format_args!("{}", inline(&run.outcome.words)));
    if let Some(name) = &run.tamper {
        let tamper = TAMPERS.iter().find(|it| it.name == name);
        let about = tamper.map_or(name.clone(), |it| format!("{}. {}", it.title, it.about));
        line(out, format_args!("\n**On purpose**: {}", inline(&about)));
    }
    if run.edited {
        line(out, format_args!("\nThe request was changed by hand."));
    }
    if !run.shown.is_empty() {
        out.push('\n');
        for it in &run.shown {
            let (name, value, how) = (code(&it.name), code(&it.value), inline(&it.how));
            line(out, format_args!("- {name} = {value}: {how}"));
        }
    }
    for it in session.exchanges_of(run.number).filter(|it| !it.hidden) {
        exchange(out, it, bytes.get(&it.number), session.target.own);
    }
    // What is right with a claim is among the checks.
    let wrong = run.claims.iter().filter(|it| it.passed == Some(false));
    let wrong: Vec<_> = wrong.collect();
    if !run.checks.is_empty() || !wrong.is_empty() {
        out.push('\n');
    }
    for check in &run.checks {
        let name = inline(&check.name.replace('_', " "));
        if check.passed {
            line(out, format_args!("- ✓ {name} ({})", inline(&check.source)));
        } else {
            let (wanted, came) = (code(&check.expected), code(&check.received));
            line(
                out,
                format_args!("- ✗ {name}: expected {wanted}, received {came}"),
            );
        }
    }
    for claim in wrong {
        let (name, value) = (code(&claim.name), code(&claim.value));
        line(out, format_args!("- ✗ {name} = {value}"));
    }
    if let (Some(prediction), Some(answered)) = (&run.prediction, &run.answered) {
        foreseen(out, prediction, answered);
    }
    if run.outcome.verdict == Verdict::Failed
        && let Some(fix) = &run.outcome.fix
    {
        line(out, format_args!("\n**What to do**: {}", inline(fix)));
    }
}

/// What another target's services answer may be about a person, and stays here.
fn exchange(out: &mut String, exchange: &Exchange, bytes: Option<&Bytes>, own: bool) {
    let (from, to) = (party(exchange.from), party(exchange.to));
    let label = inline(&exchange.label);
    line(out, format_args!("\n**{label}** ({from} to {to})\n"));
    let Some(bytes) = bytes else {
        let asked = code(&format!("{} {}", exchange.method, exchange.url));
        line(out, format_args!("{asked}: {}", answered(exchange)));
        return;
    };
    fenced(out, &bytes.request, true);
    if bytes.response.is_empty() {
        let why = exchange.failed.as_deref().unwrap_or("it was caught");
        line(out, format_args!("\nNo answer: {}", inline(why)));
    } else {
        out.push('\n');
        fenced(out, &bytes.response, own || exchange.to != Party::Service);
    }
}

/// A message in a code block, its body readable.
fn fenced(out: &mut String, bytes: &[u8], with_body: bool) {
    let message = Message::read(bytes);
    let head_end = bytes.windows(4).position(|it| it == b"\r\n\r\n");
    let head = &bytes[..head_end.unwrap_or(bytes.len())];
    let head = String::from_utf8_lossy(head).replace('\r', "");
    let body = match (message.kind(), message.text()) {
        (BodyKind::Empty, _) => String::new(),
        _ if !with_body => format!("({} bytes, left out)", message.body.len()),
        (BodyKind::Json, Some(text)) => serde_json::from_str::<serde_json::Value>(text)
            .map_or_else(|_| text.to_owned(), |value| format!("{value:#}")),
        (BodyKind::Json | BodyKind::Form, _) | (_, Some(_)) => {
            message.text().unwrap_or_default().replace('\r', "")
        }
        (_, None) => format!("({} bytes)", message.body.len()),
    };
    let short: String = body.chars().take(MOST).collect();
    let more = if short.len() < body.len() {
        "\n…"
    } else {
        ""
    };
    let whole = if body.is_empty() {
        head
    } else {
        format!("{head}\n\n{short}{more}")
    };
    // A fence is longer than any run of backquotes within it (CommonMark 4.5).
    let longest = whole.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    line(out, format_args!("{fence}http\n{whole}\n{fence}"));
}

fn foreseen(out: &mut String, prediction: &Prediction, answered: &Answered) {
    let (expected, came) = (answer(&prediction.expected), answer(answered));
    let because = inline(&prediction.because);
    let source = inline(&prediction.source);
    if prediction.agrees(answered) {
        line(
            out,
            format_args!("\n✓ As foreseen: {expected}. {because} ({source})"),
        );
    } else {
        line(
            out,
            format_args!("\n✗ Foreseen was {expected}, answered {came}. {because} ({source})"),
        );
    }
}

fn answer(answered: &Answered) -> String {
    let status = answered.status.map(|status| status.to_string());
    let mut words: Vec<String> = Vec::from_iter(status);
    words.extend(answered.error.as_deref().map(inline));
    if words.is_empty() {
        words.push("success".to_owned());
    }
    let place = match answered.place {
        Place::Body => "",
        Place::Redirect => " in the redirect to the app",
        Place::Page => " on a page for people",
        Place::App => " by the app itself",
    };
    words.join(" ") + place
}

const fn party(party: Party) -> &'static str {
    match party {
        Party::Browser => "browser",
        Party::App => "app",
        Party::Identity => "identity",
        Party::Service => "service",
    }
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String can't fail.
    let _ = writeln!(out, "{text}");
}

/// A text that is no markup (CommonMark 2.4).
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' => {
                out.push('\\');
                out.push(c);
            }
            // Within a word it is no emphasis, and names of the protocol are full of it.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A text as code (CommonMark 6.1), JSON in one line.
fn code(text: &str) -> String {
    let json = text.starts_with('{').then(|| serde_json::from_str(text));
    let text = match json {
        Some(Ok(value)) => serde_json::Value::to_string(&value),
        _ => text.replace(char::is_control, " "),
    };
    if text.trim().is_empty() {
        return "(nothing)".to_owned();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let blank = if longest > 0 { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// Markers such as `[access_token 1a2b3c4d]` with numbers for the digits, in the order in which they come: the digits
/// could confirm a guess.
fn numbered(text: &str) -> String {
    let mut numbers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let end = from.find(']').unwrap_or(from.len() - 1) + 1;
        let inner = &from[1..end.max(2) - 1];
        let marker = inner.split_once(' ').filter(|(kind, digits)| {
            digits.len() == 8
                && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
                && kind
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        });
        if let Some((kind, digits)) = marker {
            let of_kind = numbers.entry(kind).or_default();
            let known = of_kind.iter().position(|it| *it == digits);
            let number = known.unwrap_or_else(|| {
                of_kind.push(digits);
                of_kind.len() - 1
            });
            let _ = write!(out, "[{kind} {}]", number + 1);
            rest = &from[end..];
        } else {
            out.push('[');
            rest = &from[1..];
        }
    }
    out.push_str(rest);
    out
}
