//! A step before it is taken: its requests with every parameter, and what is foreseen.

use connect_core::domain::walk::Step;
use connect_rpc::simulator as rpc;
use connect_rpc::traffic::NamedValue;
use connect_simulator::known::Known;
use connect_simulator::mask::Mask;
use connect_simulator::plan::{Blocked, Request, parameters};
use connect_simulator::session::Session;
use connect_simulator::tamper::{TAMPERS, Tamper};
use connect_simulator::walk::Prepared;

use super::run::prediction;
use super::{info, words};

/// A request as somebody changed it.
pub(in super::super) fn edited(edit: rpc::RequestEdit) -> Request {
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
pub(in super::super) fn plan(
    session: &Session,
    known: &Known,
    step: Step,
    prepared: Result<&Prepared, &Blocked>,
) -> rpc::Plan {
    let action = words::action(session, known, step);
    let tamper = tamper(prepared).map(|it| info(it, Some((session, known))));
    shown(session, step, action, prepared, tamper, by_name)
}

/// A step as it was when it was taken, without a word of how things stand now.
pub(in super::super) fn plan_again(
    session: &Session,
    step: Step,
    prepared: Result<&Prepared, &Blocked>,
) -> rpc::Plan {
    let (_, action) = words::words(step);
    let tamper = tamper(prepared).map(|it| info(it, None));
    shown(session, step, action.to_owned(), prepared, tamper, as_sent)
}

fn tamper(prepared: Result<&Prepared, &Blocked>) -> Option<&'static Tamper> {
    let name = prepared.ok()?.tamper.as_deref()?;
    TAMPERS.iter().find(|it| it.name == name)
}

fn shown(
    session: &Session,
    step: Step,
    action: String,
    prepared: Result<&Prepared, &Blocked>,
    tamper: Option<rpc::TamperInfo>,
    write: fn(&Request, &Mask) -> Written,
) -> rpc::Plan {
    let (purpose, _) = words::words(step);
    let mut plan = rpc::Plan {
        step,
        purpose: purpose.to_owned(),
        action,
        blocked: prepared.err().map(Blocked::to_string),
        requests: Vec::new(),
        prediction: None,
        tamper,
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
            let written = write(&planned.request, &mask);
            let parameters = written.parameters.into_iter();
            rpc::PlannedRequest {
                label: planned.label.clone(),
                main: draft.main == Some(place),
                method: planned.request.method.clone(),
                url: written.request.url,
                headers: written
                    .request
                    .headers
                    .into_iter()
                    .map(|(name, value)| NamedValue { name, value })
                    .collect(),
                body: written.request.body,
                parameters: parameters.map(|it| parameter(it, &draft.touched)).collect(),
                prediction: prepared
                    .predictions
                    .get(place)
                    .and_then(Option::as_ref)
                    .map(prediction),
            }
        })
        .collect();
    let of_main = draft
        .main
        .and_then(|main| prepared.predictions.get(main)?.as_ref());
    plan.prediction = prepared.own.as_ref().or(of_main).map(prediction);
    plan
}

/// A request as it is shown, with its parameters.
struct Written {
    request: Request,
    parameters: Vec<parameters::Parameter>,
}

/// A request in which credentials stand as `{{name}}`.
fn by_name(request: &Request, mask: &Mask) -> Written {
    let readable = request.readable();
    let mut parameters = parameters::of(request);
    for parameter in &mut parameters {
        parameter.value = around_names(mask, &parameter.value);
    }
    let headers = readable.headers.into_iter();
    Written {
        request: Request {
            url: around_names(mask, &readable.url),
            body: around_names(mask, &readable.body),
            headers: headers
                .map(|(name, value)| (name, around_names(mask, &value)))
                .collect(),
            method: readable.method,
        },
        parameters,
    }
}

/// A request in which credentials stand themselves: each part is masked where it stands, as the bytes of an exchange are, so
/// that a credential has the same marker here and there. One that is still by name is shown so.
fn as_sent(request: &Request, mask: &Mask) -> Written {
    let readable = request.readable();
    let headers = readable.headers.iter();
    let mut texts = headers
        .map(|(_, value)| value)
        .chain([&readable.url, &readable.body]);
    if texts.any(|text| text.contains("{{")) {
        return by_name(request, mask);
    }
    let header = |(name, value): &(String, String)| {
        // As a line of its message.
        let line = mask.text(&format!("\n{name}: {value}"));
        let shown = line.split_once(": ").map_or("", |(_, value)| value);
        (name.clone(), shown.to_owned())
    };
    let request = Request {
        url: mask.text(&request.url),
        headers: request.headers.iter().map(header).collect(),
        body: mask.text(&request.body),
        method: request.method.clone(),
    };
    Written {
        parameters: parameters::of(&request),
        request,
    }
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

fn parameter(it: parameters::Parameter, touched: &[String]) -> rpc::Parameter {
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
        value: it.value,
        name: it.name,
        meaning: meaning.to_owned(),
        source: source.to_owned(),
    }
}
