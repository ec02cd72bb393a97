//! A session to take away: its diagram, code, text.

use std::collections::BTreeMap;

use connect_rpc::simulator as rpc;
use connect_rpc::{ErrorCode, RpcError};
use connect_simulator::diagram::{self, ArrowKind, Diagram};
use connect_simulator::hand_over::{self, Form};
use connect_simulator::session::Bytes;

use super::{load, sealer, unreadable};
use crate::App;
use crate::commands::Answer;

pub(in crate::commands) async fn diagram(
    app: &App,
    request: rpc::DiagramOf,
) -> Answer<rpc::DrawnDiagram> {
    let session = load(app, &request.session).await?;
    if request.format.is_some() && !session.target.own {
        return Err(RpcError::new(
            ErrorCode::Conflict,
            "a session with another target is left out of every export: its diagram can be looked at, and stays here",
        ));
    }
    let drawn = diagram::diagram(&session, request.with_set_aside);
    let text = request.format.map(|format| match format {
        rpc::DiagramFormat::Svg => (diagram::svg(&drawn), "svg"),
        rpc::DiagramFormat::Mermaid => (diagram::mermaid(&drawn), "mmd"),
    });
    let file_name = text
        .as_ref()
        .map(|(_, extension)| format!("{}.{extension}", file_stem(&session.name)));
    Ok(rpc::DrawnDiagram {
        diagram: shown(drawn),
        text: text.map(|(text, _)| text),
        file_name,
    })
}

/// A session's name as a file's.
pub(super) fn file_stem(name: &str) -> String {
    let words: Vec<String> = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    if words.is_empty() {
        "walk".to_owned()
    } else {
        words.join("-")
    }
}

fn shown(drawn: Diagram) -> rpc::Diagram {
    rpc::Diagram {
        lanes: drawn
            .lanes
            .into_iter()
            .map(|lane| rpc::Lane {
                party: lane.party,
                title: lane.title,
                detail: lane.detail,
            })
            .collect(),
        arrows: drawn
            .arrows
            .into_iter()
            .map(|arrow| rpc::Arrow {
                kind: match arrow.kind {
                    ArrowKind::Request => rpc::ArrowKind::Request,
                    ArrowKind::Response => rpc::ArrowKind::Response,
                    ArrowKind::Navigation => rpc::ArrowKind::Navigation,
                    ArrowKind::Note => rpc::ArrowKind::Note,
                },
                exchange: arrow.exchange,
                run: arrow.run,
                step: arrow.step,
                from: arrow.from,
                to: arrow.to,
                label: arrow.label,
                detail: arrow.detail,
                bad: arrow.bad,
                foreseen: arrow.foreseen,
            })
            .collect(),
    }
}

pub(in crate::commands) async fn hand_over(
    app: &App,
    request: rpc::HandOver,
) -> Answer<rpc::HandedOver> {
    let session = load(app, &request.session).await?;
    let form = match request.form {
        rpc::HandOverForm::Curl => Form::Curl,
        rpc::HandOverForm::Node => Form::Node,
        rpc::HandOverForm::Python => Form::Python,
        rpc::HandOverForm::Rust => Form::Rust,
        // What another server said stays on this machine.
        rpc::HandOverForm::Text if !session.target.own => {
            return Err(RpcError::new(
                ErrorCode::Conflict,
                "a session with another target is left out of every export: its answers stay here; hand it over as code, which holds no bodies of them",
            ));
        }
        rpc::HandOverForm::Text => Form::Text,
    };
    let sealer = sealer(app).await?;
    let mut bytes = BTreeMap::new();
    for exchange in &session.exchanges {
        let number = exchange.number;
        let found = app.0.traffic.walk_bytes(&session.id, number, &sealer).await;
        if let Some(found) = found.map_err(unreadable)? {
            let (request, response) = (found.request, found.response);
            bytes.insert(number, Bytes { request, response });
        }
    }
    let data_dir = app.named_data_dir();
    let handed = hand_over::hand_over(&session, &bytes, form, data_dir.as_deref())
        .map_err(|error| RpcError::new(ErrorCode::Internal, error.to_string()))?;
    let beside = handed.beside.into_iter();
    Ok(rpc::HandedOver {
        text: handed.text,
        file_name: handed.file_name,
        beside: beside
            .map(|(name, text)| rpc::BesideFile { name, text })
            .collect(),
        run: handed.run,
    })
}
