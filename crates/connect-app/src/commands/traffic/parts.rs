//! One exchange with its messages taken apart and explained.

use connect_core::domain::headers;
use connect_core::domain::message::{self, BodyKind, Message, StartLine};
use connect_rpc::traffic as rpc;
use connect_store::traffic::Exchange;
use serde_json::json;

use super::{find, summary};
use crate::App;
use crate::commands::Answer;

/// Most bytes of a text in an answer.
const MOST_TEXT: usize = 2 * 1024 * 1024;

pub(crate) async fn get(app: &App, request: rpc::ExchangeRef) -> Answer<rpc::ExchangeDetail> {
    let exchange = find(app, &request.exchange).await?;
    Ok(detail(exchange))
}

fn detail(exchange: Exchange) -> rpc::ExchangeDetail {
    let is_cut = |kept: u64, passed: u64| kept < passed;
    let summary_of = &exchange.summary;
    let request_parts = parts(
        &exchange.request,
        is_cut(exchange.request_kept, summary_of.request_len),
    );
    let response_parts = parts(
        &exchange.response,
        is_cut(exchange.response_kept, summary_of.response_len),
    );
    rpc::ExchangeDetail {
        request: shown(&exchange.request),
        response: shown(&exchange.response),
        request_parts,
        response_parts,
        timing: json!(exchange.timing),
        peer: exchange.peer,
        notes: exchange.notes,
        summary: summary(exchange.summary),
    }
}

/// Bytes as text, as much of them as is shown.
pub(in crate::commands) fn shown(bytes: &[u8]) -> String {
    first(&String::from_utf8_lossy(bytes)).to_owned()
}

/// A message taken apart.
pub(in crate::commands) fn parts(bytes: &[u8], is_cut: bool) -> rpc::MessageParts {
    let message = Message::read(bytes);
    let kind = message.kind();
    let body = match kind {
        BodyKind::Empty | BodyKind::Binary => None,
        BodyKind::Json => message
            .text()
            .map(|text| message::pretty_json(text).unwrap_or_else(|| text.to_owned())),
        BodyKind::Form | BodyKind::Text => message.text().map(str::to_owned),
    };
    let truncated = is_cut || body.as_ref().is_some_and(|body| body.len() > MOST_TEXT);
    let (start_line, status) = match &message.start {
        StartLine::Request {
            method,
            target,
            version,
        } => (format!("{method} {target} {version}"), None),
        StartLine::Response {
            version,
            status,
            reason,
        } => (format!("{version} {status} {reason}"), Some(*status)),
        StartLine::Other(line) => (line.clone(), None),
    };
    rpc::MessageParts {
        start_line: start_line.trim_end().to_owned(),
        status: status.and_then(headers::status).map(meaning),
        query: named(message.query()),
        form: named(message.form()),
        media_type: message.media_type(),
        kind: match kind {
            BodyKind::Empty => rpc::BodyKind::Empty,
            BodyKind::Form => rpc::BodyKind::Form,
            BodyKind::Json => rpc::BodyKind::Json,
            BodyKind::Text => rpc::BodyKind::Text,
            BodyKind::Binary => rpc::BodyKind::Binary,
        },
        body_bytes: said_length(&message).unwrap_or(message.body.len()),
        body: body.map(|body| first(&body).to_owned()),
        truncated,
        headers: message
            .headers
            .into_iter()
            .map(|header| rpc::HeaderLine {
                meaning: headers::header(&header.name).map(meaning),
                name: header.name,
                value: header.value,
            })
            .collect(),
    }
}

/// What the message says of its length: a credential that was cut out counts there as it was.
fn said_length(message: &Message<'_>) -> Option<usize> {
    let has_body = !message.body.is_empty();
    let said = message.header("content-length").filter(|_| has_body)?;
    said.parse().ok()
}

fn meaning(explained: &headers::Explained) -> rpc::Meaning {
    rpc::Meaning {
        text: explained.meaning.to_owned(),
        source: explained.source.to_owned(),
    }
}

fn named(pairs: Vec<(String, String)>) -> Vec<rpc::NamedValue> {
    let named = |(name, value)| rpc::NamedValue { name, value };
    pairs.into_iter().map(named).collect()
}

/// The first 2 MiB, whole characters of them.
fn first(text: &str) -> &str {
    &text[..text.floor_char_boundary(MOST_TEXT)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_body_is_cut_and_says_so() {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n";
        let long = format!("{head}{}", "é".repeat(MOST_TEXT));
        let cut = parts(long.as_bytes(), false);
        assert!(cut.truncated);
        assert_eq!(cut.body.map(|body| body.len()), Some(MOST_TEXT));
        assert_eq!(cut.body_bytes, 2 * MOST_TEXT);
        let whole = parts(format!("{head}é").as_bytes(), false);
        assert!(!whole.truncated);
        assert!(parts(head.as_bytes(), true).truncated);
    }

    #[test]
    fn a_credential_that_was_cut_out_counts_as_it_was() {
        let body = "code=[code 0a1b2c3d]";
        let of = |length: &str| {
            let message = format!("POST / HTTP/1.1\r\n{length}\r\n{body}");
            parts(message.as_bytes(), false).body_bytes
        };
        assert_eq!(of("Content-Length: 55\r\n"), 55);
        assert_eq!(of("Content-Length: x\r\n"), body.len());
        assert_eq!(of(""), body.len());
    }
}
