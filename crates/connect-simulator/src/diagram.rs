//! The sequence diagram of a session, made of what really passed: an arrow there and one back for each exchange, in
//! order, the two ways that the browser is sent and that are no exchange of ours, and notes of what the app did by
//! itself. No label holds a credential: of a URL it has the path and the names
//! of the parameters.
//!
//! [`svg()`] draws it as a picture that stands for itself, [`mermaid()`] writes it as text for Mermaid.

mod carried;
mod mermaid;
mod notes;
mod svg;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use connect_core::domain::walk::{Party, Step};

pub use self::mermaid::mermaid;
pub use self::svg::svg;
use crate::mask::Mask;
use crate::session::{Answered, Exchange, Prediction, Run, Session};

/// A sequence diagram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagram {
    /// What it is of: the session's name.
    pub title: String,
    /// Who takes part, from left to right.
    pub lanes: Vec<Lane>,
    /// What passed, from top to bottom.
    pub arrows: Vec<Arrow>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Who.
    pub party: Party,
    /// As it stands above the column.
    pub title: String,
    /// A line below that: the app's name, the host.
    pub detail: String,
}

/// An arrow, or a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrow {
    /// What it is.
    pub kind: ArrowKind,
    /// The exchange that it opens; none for a note.
    pub exchange: Option<u32>,
    /// The run it belongs to.
    pub run: u32,
    /// The step of that run.
    pub step: Step,
    /// Where it begins.
    pub from: Party,
    /// Where it ends; the same for a note.
    pub to: Party,
    /// What stands on it: `POST /v1/oauth/token`, `400 invalid_grant`.
    pub label: String,
    /// A second line, smaller; may be empty.
    pub detail: String,
    /// Whether it is a refusal or a failure.
    pub bad: bool,
    /// Whether that was said before, or meant.
    pub foreseen: bool,
}

/// What an arrow is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArrowKind {
    /// A request.
    Request,
    /// An answer, or that none came.
    Response,
    /// The browser is sent somewhere: by the app to the server, by the server back to the app. No exchange of ours.
    Navigation,
    /// What somebody did by themselves.
    Note,
}

/// The diagram of a session: of the runs that count, or of all of them.
#[must_use]
pub fn diagram(session: &Session, with_set_aside: bool) -> Diagram {
    let mask = Mask::and_verifiers(session);
    let mut arrows = Vec::new();
    let runs = session.runs.iter();
    for run in runs.filter(|run| with_set_aside || !run.set_aside) {
        arrows.extend(notes::before(session, run));
        for exchange in session.exchanges_of(run.number) {
            arrows.push(request(run, exchange));
            arrows.push(response(run, exchange));
        }
        arrows.extend(notes::after(run));
    }
    for arrow in &mut arrows {
        arrow.label = mask.text(&arrow.label);
        arrow.detail = mask.text(&arrow.detail);
    }
    let mut present: BTreeSet<Party> = arrows
        .iter()
        .flat_map(|arrow| [arrow.from, arrow.to])
        .collect();
    present.insert(Party::App);
    let lane = |party| Lane {
        party,
        title: title(party).to_owned(),
        detail: mask.text(&detail(session, party, &arrows)),
    };
    Diagram {
        title: mask.text(&session.name),
        lanes: present.into_iter().map(lane).collect(),
        arrows,
    }
}

fn request(run: &Run, exchange: &Exchange) -> Arrow {
    let (address, query) = match exchange.url.split_once('?') {
        Some((address, query)) => (address, query),
        None => (&*exchange.url, ""),
    };
    // The app's own address is worth seeing whole: it is the redirect URI.
    let place = match exchange.to {
        Party::App => address.split('#').next().unwrap_or(address),
        _ => path(address),
    };
    Arrow {
        kind: ArrowKind::Request,
        exchange: Some(exchange.number),
        run: run.number,
        step: run.step,
        from: exchange.from,
        to: exchange.to,
        label: format!("{} {place}", exchange.method),
        detail: match parameters(query).as_slice() {
            [] => exchange.label.clone(),
            names if names.len() <= 4 => format!("{}: {}", exchange.label, names.join(", ")),
            names => format!("{} with {} parameters", exchange.label, names.len()),
        },
        bad: false,
        foreseen: false,
    }
}

fn response(run: &Run, exchange: &Exchange) -> Arrow {
    let spent = millis(exchange.timing.done_us);
    let spent = match (carried::by(run, exchange), &*spent) {
        (Some(carried), "") => carried,
        (Some(carried), spent) => format!("{carried} · {spent}"),
        (None, spent) => spent.to_owned(),
    };
    let (label, detail) = match (exchange.status, &exchange.failed) {
        (Some(status), _) => {
            let reason = http::StatusCode::from_u16(status).ok();
            let reason = reason.and_then(|it| it.canonical_reason());
            let word = exchange.error.as_deref().or(reason).unwrap_or_default();
            (format!("{status} {word}").trim_end().to_owned(), spent)
        }
        (None, Some(failed)) => ("no answer".to_owned(), failed.clone()),
        (None, None) => (
            "caught".to_owned(),
            "the console stopped it before it left".to_owned(),
        ),
    };
    let refused = exchange.error.is_some() || exchange.failed.is_some();
    Arrow {
        kind: ArrowKind::Response,
        exchange: Some(exchange.number),
        run: run.number,
        step: run.step,
        from: exchange.to,
        to: exchange.from,
        label,
        detail,
        bad: refused || exchange.status.is_some_and(|status| status >= 400),
        foreseen: is_foreseen(run, exchange),
    }
}

/// Whether the answer is the one that was said before it came.
fn is_foreseen(run: &Run, exchange: &Exchange) -> bool {
    let agrees = |said: &Option<Prediction>, came: &Option<Answered>| {
        let both = said.as_ref().zip(came.as_ref());
        both.is_some_and(|(said, came)| said.agrees(came))
    };
    agrees(&exchange.prediction, &exchange.answered)
        || (run.main_exchange == Some(exchange.number) && agrees(&run.prediction, &run.answered))
}

const fn title(party: Party) -> &'static str {
    match party {
        Party::Browser => "Browser",
        Party::App => "App",
        Party::Identity => "Identity",
        Party::Service => "Services",
    }
}

fn detail(session: &Session, party: Party, arrows: &[Arrow]) -> String {
    let host = || {
        let base = &session.target.base_url;
        let host = base.split_once("://").map_or(&**base, |(_, host)| host);
        host.to_owned()
    };
    match party {
        Party::Browser => session.setup.persona.clone().unwrap_or_default(),
        Party::App => {
            let name = session.setup.app_name.as_ref();
            name.unwrap_or(&session.setup.client_id).clone()
        }
        Party::Identity => host(),
        Party::Service => {
            let calls = arrows.iter().filter(|arrow| arrow.to == Party::Service);
            let paths = calls.filter_map(|arrow| arrow.label.split_once(' '));
            let first = paths.filter_map(|(_, path)| path.split('/').nth(1));
            // `/clinical/v1/…`; a bare `/v1/…` names no service.
            let mut names: Vec<&str> = first.filter(|name| *name != "v1").collect();
            names.sort_unstable();
            names.dedup();
            match names.as_slice() {
                [] => host(),
                names => names.join(", "),
            }
        }
    }
}

/// The path of an address, `/` when it has none.
fn path(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let rest = rest.split('#').next().unwrap_or(rest);
    rest.find('/').map_or("/", |at| &rest[at..])
}

/// Names of the parameters of a query, without their values.
fn parameters(query: &str) -> Vec<String> {
    let query = query.split('#').next().unwrap_or_default();
    let pairs = form_urlencoded::parse(query.as_bytes());
    pairs.map(|(name, _)| name.into_owned()).collect()
}

/// Microseconds as people read them, rounded.
fn millis(us: u64) -> String {
    match us {
        0 => String::new(),
        1..9_950 => {
            let tenths = (us + 50) / 100;
            format!("{}.{} ms", tenths / 10, tenths % 10)
        }
        9_950..9_999_500 => format!("{} ms", (us + 500) / 1000),
        _ => format!("{} s", (us + 500_000) / 1_000_000),
    }
}
