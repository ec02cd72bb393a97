//! Two exchanges beside each other, field by field.

use connect_core::domain::message::{self, BodyKind, Message, StartLine};
use connect_rpc::traffic as rpc;
use connect_rpc::traffic::{ComparedPlace as Place, Outcome};

use super::explain::marks;
use super::{find, summary};
use crate::App;
use crate::commands::Answer;

/// Characters of a value in which differences are marked.
const MOST_MARKED: usize = 64 * 1024;

/// Names and values in their order.
type Fields = Vec<(String, String)>;

pub(crate) async fn compare(app: &App, request: rpc::CompareExchanges) -> Answer<rpc::Compared> {
    let left = find(app, &request.left).await?;
    let right = find(app, &request.right).await?;
    let mut fields = Vec::new();
    messages(
        &Message::read(&left.request),
        &Message::read(&right.request),
        [Place::RequestLine, Place::RequestHeader, Place::RequestBody],
        &mut fields,
    );
    messages(
        &Message::read(&left.response),
        &Message::read(&right.response),
        [
            Place::StatusLine,
            Place::ResponseHeader,
            Place::ResponseBody,
        ],
        &mut fields,
    );
    let is_different = |field: &&rpc::ComparedField| field.outcome != Outcome::Same;
    Ok(rpc::Compared {
        differences: fields.iter().filter(is_different).count(),
        left: summary(left.summary),
        right: summary(right.summary),
        fields,
    })
}

fn messages(
    left: &Message<'_>,
    right: &Message<'_>,
    [line, header, body]: [Place; 3],
    into: &mut Vec<rpc::ComparedField>,
) {
    fields(line, first_line(left), first_line(right), into);
    fields(Place::Query, left.query(), right.query(), into);
    fields(header, header_lines(left), header_lines(right), into);
    let (left, right) = if body_fields(left).is_some() == body_fields(right).is_some() {
        (
            body_fields(left).unwrap_or_else(|| whole_body(left)),
            body_fields(right).unwrap_or_else(|| whole_body(right)),
        )
    } else {
        (whole_body(left), whole_body(right))
    };
    fields(body, left, right, into);
}

fn first_line(message: &Message<'_>) -> Fields {
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    match &message.start {
        StartLine::Request {
            method,
            target,
            version,
        } => {
            let path = target.split(['?', '#']).next().unwrap_or_default();
            vec![
                field("method", method),
                field("path", path),
                field("version", version),
            ]
        }
        StartLine::Response {
            version,
            status,
            reason,
        } => vec![
            field("version", version),
            field("status", &status.to_string()),
            field("reason", reason),
        ],
        StartLine::Other(line) if line.is_empty() => Vec::new(),
        StartLine::Other(line) => vec![field("line", line)],
    }
}

fn header_lines(message: &Message<'_>) -> Fields {
    let headers = message.headers.iter();
    headers
        .map(|header| (header.name.to_ascii_lowercase(), header.value.clone()))
        .collect()
}

/// Fields of a form or of JSON; nothing of an empty body; none of any other.
fn body_fields(message: &Message<'_>) -> Option<Fields> {
    match message.kind() {
        BodyKind::Empty => Some(Vec::new()),
        BodyKind::Form => Some(message.form()),
        BodyKind::Json => message::json_fields(message.text()?),
        BodyKind::Text | BodyKind::Binary => None,
    }
}

fn whole_body(message: &Message<'_>) -> Fields {
    match message.text() {
        Some("") => Vec::new(),
        Some(text) => vec![(String::new(), text.to_owned())],
        None => {
            let digits = connect_core::domain::secret::CredentialHash::of(
                &String::from_utf8_lossy(&message.body),
            );
            let shown = format!(
                "{} bytes, SHA-256 {}…",
                message.body.len(),
                &digits.to_hex()[..16]
            );
            vec![(String::new(), shown)]
        }
    }
}

/// Pairs fields by name, the first with the first, the second with the second; those of the left in their order, then
/// what only the right has.
fn fields(place: Place, left: Fields, right: Fields, into: &mut Vec<rpc::ComparedField>) {
    let mut right: Vec<Option<(String, String)>> = right.into_iter().map(Some).collect();
    for (name, value) in left {
        let other = right
            .iter_mut()
            .find(|other| other.as_ref().is_some_and(|(known, _)| *known == name));
        let other = other.and_then(Option::take).map(|(_, value)| value);
        into.push(field(place, name, Some(value), other));
    }
    for (name, value) in right.into_iter().flatten() {
        into.push(field(place, name, None, Some(value)));
    }
}

fn field(
    place: Place,
    name: String,
    left: Option<String>,
    right: Option<String>,
) -> rpc::ComparedField {
    let (outcome, difference) = match (&left, &right) {
        (Some(left), Some(right)) if left == right => (Outcome::Same, None),
        (Some(left), Some(right)) => {
            let is_short = left.len().max(right.len()) <= MOST_MARKED;
            (Outcome::Different, is_short.then(|| marks(left, right)))
        }
        (Some(_), None) => (Outcome::OnlyLeft, None),
        (None, _) => (Outcome::OnlyRight, None),
    };
    rpc::ComparedField {
        place,
        name,
        left,
        right,
        outcome,
        difference,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(left: &str, right: &str) -> Vec<String> {
        let mut found = Vec::new();
        messages(
            &Message::read(left.as_bytes()),
            &Message::read(right.as_bytes()),
            [Place::RequestLine, Place::RequestHeader, Place::RequestBody],
            &mut found,
        );
        let shown = found
            .iter()
            .map(|field| format!("{:?} {} {:?}", field.place, field.name, field.outcome));
        shown.collect()
    }

    #[test]
    fn fields_are_paired_by_name_and_turn() {
        let left = "GET /a?x=1&x=2&y=1 HTTP/1.1\r\nHost: a\r\nAccept: b\r\n\r\n";
        let right = "GET /a?x=1&x=3&z=1 HTTP/1.1\r\nhost: a\r\nCookie: c\r\n\r\n";
        assert_eq!(
            compared(left, right),
            [
                "RequestLine method Same",
                "RequestLine path Same",
                "RequestLine version Same",
                "Query x Same",
                "Query x Different",
                "Query y OnlyLeft",
                "Query z OnlyRight",
                "RequestHeader host Same",
                "RequestHeader accept OnlyLeft",
                "RequestHeader cookie OnlyRight",
            ]
        );
    }

    #[test]
    fn bodies_are_compared_by_what_they_hold() {
        let with = |kind: &str, body: &str| {
            format!("POST / HTTP/1.1\r\nContent-Type: {kind}\r\n\r\n{body}")
        };
        let json = with("application/json", "{\"a\":1,\"b\":[2]}");
        let other = with("application/json", "{ \"b\": [3], \"a\": 1 }");
        let bodies = |left: &str, right: &str| -> Vec<String> {
            let all = compared(left, right);
            all.into_iter()
                .filter(|line| line.starts_with("RequestBody"))
                .collect()
        };
        assert_eq!(
            bodies(&json, &other),
            ["RequestBody a Same", "RequestBody b[0] Different"]
        );
        let text = with("text/plain", "hello");
        assert_eq!(bodies(&json, &text), ["RequestBody  Different"]);
        let none = with("text/plain", "");
        assert_eq!(bodies(&text, &none), ["RequestBody  OnlyLeft"]);
        let form = with("application/x-www-form-urlencoded", "a=1&b=2");
        assert_eq!(
            bodies(&form, &form),
            ["RequestBody a Same", "RequestBody b Same"]
        );
    }
}
