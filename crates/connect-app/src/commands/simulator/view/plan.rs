//! A step before it is taken: its requests with every parameter, and what is foreseen.

use connect_core::domain::walk::Step;
use connect_rpc::simulator as rpc;
use connect_rpc::traffic::NamedValue;
use connect_simulator::known::Known;
use connect_simulator::mask::Mask;
use connect_simulator::plan::{Request, parameters};
use connect_simulator::session::Session;
use connect_simulator::tamper::TAMPERS;
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
    prepared: Result<&Prepared, &str>,
) -> rpc::Plan {
    let (purpose, _) = words::words(step);
    let mut plan = rpc::Plan {
        step,
        purpose: purpose.to_owned(),
        action: words::action(session, known, step),
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
                prediction: prepared
                    .predictions
                    .get(place)
                    .and_then(Option::as_ref)
                    .map(prediction),
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
