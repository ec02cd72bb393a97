//! A session as a program: what is made up, asked, sent and checked, in order, in no language yet.

mod asked;

use std::collections::{BTreeMap, BTreeSet};

use connect_core::domain::walk::{Party, Step};

use super::app::{self, Take, Verify};
use super::requests::{Send, answered, tokens};
use super::values::{Text, Values, Var};
use super::way::Way;
use super::{package, plain};
use crate::mask::Mask;
use crate::session::{Bytes, Place, Run, Session};
use crate::tamper::TAMPERS;

/// A session as a program.
pub(super) struct Program {
    /// The session's name, fit for a comment.
    pub(super) name: String,
    /// The same, fit for the name of a file or a package.
    pub(super) package: String,
    pub(super) redirect_uri: String,
    /// Commands that make its `.env`; none when it comes with one.
    pub(super) prepared_by: Vec<String>,
    /// Settings that are no lines of its `.env`, and their values: they are given when it is run.
    pub(super) apart: Vec<(String, String)>,
    /// How the answer comes back to the program.
    pub(super) way: Way,
    /// What it does, in order.
    pub(super) parts: Vec<Part>,
    /// What comes from the environment; the redirect URI apart.
    pub(super) settings: Vec<Var>,
    /// Everything that is used in it.
    used: BTreeSet<Var>,
}

/// What a program does.
pub(super) enum Part {
    /// Where a step begins.
    Step(String),
    /// What there is to know.
    Comment(String),
    /// Makes verifier, challenge, state and nonce, as far as they are used.
    Make,
    /// Sends the person to the authorization server, with these parameters.
    Ask(Vec<(String, Text)>),
    /// Looks at the answer to that, and takes it or not.
    Take(Take),
    /// Sends a request.
    Send(Send),
    /// Looks into an id_token.
    Verify(Verify),
}

impl Program {
    pub(super) fn of(session: &Session, bytes: &BTreeMap<u32, Bytes>, mask: &Mask) -> Self {
        let mut values = Values::of(session, mask);
        let mut parts = Vec::new();
        let mut issued = 0;
        for run in session.runs.iter().filter(|run| !run.set_aside) {
            let mut of_run = Vec::new();
            if let Some(tamper) = TAMPERS
                .iter()
                .find(|it| Some(it.name) == run.tamper.as_deref())
            {
                let about = format!("On purpose: {}. {}", tamper.title, tamper.about);
                of_run.push(Part::Comment(plain(&about)));
                if tamper.moves_clock && run.step != Step::IdToken {
                    let clock = "The sandbox clock was moved on before the next request. Without that the answer is another one.";
                    of_run.push(Part::Comment(clock.to_owned()));
                }
            }
            let moved = TAMPERS
                .iter()
                .any(|it| it.moves_clock && Some(it.name) == run.tamper.as_deref());
            match run.step {
                Step::Pkce => of_run.push(Part::Make),
                Step::AuthorizationUrl => {}
                Step::SignIn => {
                    of_run.extend(sign_in(session, run, bytes, &values));
                    if session.run_of(Step::Callback).is_none()
                        && let Some(state) = asked_with_state(&of_run)
                    {
                        of_run.push(Part::Take(app::take(session, None, state)));
                    }
                }
                Step::Callback => {
                    if let Some(state) = asked_with_state(&parts) {
                        of_run.extend(app::why_not(run).map(Part::Comment));
                        of_run.push(Part::Take(app::take(session, Some(run), state)));
                    }
                }
                Step::IdToken => {
                    of_run.extend(app::why_not(run).map(Part::Comment));
                    let keys = keys(session, run, bytes, &values);
                    let verify = app::verify(session, run, issued, keys.is_some());
                    of_run.extend(keys.map(Part::Send));
                    of_run.extend(verify.map(Part::Verify));
                }
                _ => {
                    let from_app = session.exchanges_of(run.number);
                    for exchange in from_app.filter(|it| it.from == Party::App) {
                        let there = bytes.get(&exchange.number).zip(exchange.status);
                        let send = there
                            .and_then(|(bytes, _)| Send::of(session, exchange, bytes, &values));
                        let Some(mut send) = send else {
                            let words = format!("{}: {}", exchange.label, answered(exchange));
                            of_run.push(Part::Comment(plain(&words)));
                            continue;
                        };
                        send.shows = exchange.to == Party::Service;
                        if moved && run.main_exchange == Some(exchange.number) {
                            send.status = None;
                        }
                        if let Some(bytes) = bytes.get(&exchange.number) {
                            send.takes = learn(bytes, &mut values, &mut issued);
                        }
                        of_run.push(Part::Send(send));
                    }
                }
            }
            if !of_run.is_empty() {
                let title = format!("{}. {}", run.step.place() + 1, run.step.title());
                parts.push(Part::Step(title));
                parts.extend(of_run);
            }
        }
        let used = used(&parts);
        let makes = [Var::Verifier, Var::State, Var::Nonce];
        if !makes.iter().any(|it| used.contains(it))
            && let Some(make) = parts.iter().position(|it| matches!(it, Part::Make))
        {
            // With its title.
            parts.drain(make - 1..=make);
        }
        for part in &mut parts {
            if let Part::Send(send) = part {
                send.takes.retain(|(_, var)| used.contains(var));
            }
        }
        Self {
            name: plain(&mask.text(&session.name)),
            package: package(&mask.text(&session.name)),
            redirect_uri: session.setup.redirect_uri.clone(),
            prepared_by: Vec::new(),
            apart: Vec::new(),
            way: Way::of(&session.setup.redirect_uri, session.setup.app_type),
            parts,
            settings: used
                .iter()
                .filter(|var| matches!(var, Var::Setting(_)))
                .cloned()
                .collect(),
            used,
        }
    }
}

/// The authorization request: to the browser, or, when the server showed the person a page of refusal, sent as it is.
fn sign_in(
    session: &Session,
    run: &Run,
    bytes: &BTreeMap<u32, Bytes>,
    values: &Values<'_>,
) -> Option<Part> {
    let mut exchanges = session.exchanges_of(run.number);
    let first = exchanges.find(|it| it.from == Party::Browser && it.to == Party::Identity);
    if let Some((exchange, bytes)) = first.and_then(|it| Some((it, bytes.get(&it.number)?)))
        && exchange.status.is_some_and(|status| status >= 400)
    {
        return Send::of(session, exchange, bytes, values).map(Part::Send);
    }
    let asked = first.map(|it| it.url.as_str());
    let asked = asked.or(session.facts.authorization_url.as_deref())?;
    let query = asked.split_once('?').map_or("", |(_, query)| query);
    let query = form_urlencoded::parse(query.as_bytes());
    let query: Vec<(String, Text)> = query
        .map(|(name, value)| {
            let text = values.resolve(&name, &value);
            (name.into_owned(), text)
        })
        .collect();
    let came = run.answered.as_ref();
    came.filter(|it| it.place == Place::Redirect)?;
    Some(Part::Ask(query))
}

/// The request for the published keys.
fn keys(
    session: &Session,
    run: &Run,
    bytes: &BTreeMap<u32, Bytes>,
    values: &Values<'_>,
) -> Option<Send> {
    let mut of_run = session.exchanges_of(run.number);
    let exchange = of_run.find(|it| it.from == Party::App && it.status == Some(200))?;
    let mut send = Send::of(session, exchange, bytes.get(&exchange.number)?, values)?;
    send.takes = vec![("keys", Var::Keys)];
    Some(send)
}

/// Whether the person is asked with the program's own state; none when nobody is asked.
fn asked_with_state(parts: &[Part]) -> Option<bool> {
    let mut parts = parts.iter().rev();
    parts.find_map(|part| match part {
        Part::Ask(query) => Some(
            query
                .iter()
                .any(|(name, value)| name == "state" && value.is(&Var::State)),
        ),
        _ => None,
    })
}

/// Keeps the tokens of an answer under names.
fn learn(bytes: &Bytes, values: &mut Values<'_>, issued: &mut usize) -> Vec<(&'static str, Var)> {
    let found = tokens(bytes);
    if found.is_empty() {
        return Vec::new();
    }
    *issued += 1;
    let mut takes = Vec::new();
    for (name, value) in found {
        let var = match name {
            "access_token" => Var::AccessToken(*issued),
            "refresh_token" => Var::RefreshToken(*issued),
            _ => Var::IdToken(*issued),
        };
        values.add(&value, var.clone());
        takes.push((name, var));
    }
    takes
}

/// Everything that is used.
fn used(parts: &[Part]) -> BTreeSet<Var> {
    let mut used = BTreeSet::new();
    for part in parts {
        match part {
            Part::Step(_) | Part::Comment(_) | Part::Make => {}
            Part::Ask(query) => {
                let texts = query.iter().map(|(_, text)| text);
                used.extend(texts.flat_map(Text::vars).cloned());
                used.insert(Var::setting("LOOP_AUTHORIZE_URL"));
            }
            Part::Take(take) => used.extend(take.vars()),
            Part::Send(send) => used.extend(send.texts().flat_map(Text::vars).cloned()),
            Part::Verify(verify) => used.extend(verify.vars()),
        }
    }
    if used.contains(&Var::Challenge) {
        used.insert(Var::Verifier);
    }
    if used.contains(&Var::Basic) {
        used.insert(Var::setting("LOOP_CLIENT_ID"));
        used.insert(Var::setting("LOOP_CLIENT_SECRET"));
    }
    used
}
