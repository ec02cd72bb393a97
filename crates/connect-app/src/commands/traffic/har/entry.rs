//! One exchange as an entry of a HAR file (HAR 1.2 §entries). Members of our own begin with `_`, as the format asks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connect_core::domain::message::{BodyKind, Message, StartLine};
use connect_store::traffic::Exchange;
use serde_json::{Value, json};

use super::redact::Redaction;

/// The entry; none when nothing was an HTTP request. With a redaction, what it takes for a credential is replaced.
pub(super) fn of(
    exchange: &Exchange,
    request: &[u8],
    response: &[u8],
    mut redaction: Option<&mut Redaction>,
) -> Option<Value> {
    let (request, response) = (Message::read(request), Message::read(response));
    let StartLine::Request {
        method,
        target,
        version,
    } = &request.start
    else {
        return None;
    };
    let summary = &exchange.summary;
    let target = match &mut redaction {
        Some(redaction) => redaction.target(target),
        None => target.clone(),
    };
    let url = if target.starts_with('/') {
        let host = request.header("host").unwrap_or(&summary.host);
        let host = plain(host, redaction.as_deref_mut());
        format!("http://{host}{target}")
    } else {
        target.clone()
    };
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let query = named(query, redaction.as_deref_mut());
    let sent = Sent::of(&request, redaction.as_deref_mut());
    let mut har_request = json!({
        "method": method,
        "url": url,
        "httpVersion": version,
        "cookies": sent.cookies("cookie"),
        "headers": sent.headers,
        "queryString": query,
        "headersSize": -1,
        "bodySize": request.body.len(),
    });
    if request.kind() != BodyKind::Empty {
        har_request["postData"] = post_data(&request, &sent, redaction.as_deref_mut());
    }
    let timing = exchange.timing;
    Some(json!({
        "startedDateTime": summary.wall,
        "time": millis(timing.done_us),
        "request": har_request,
        "response": answer(&response, redaction),
        "cache": {},
        "timings": {
            "send": millis(timing.body_us),
            "wait": millis(timing.answered_us.saturating_sub(timing.body_us)),
            "receive": millis(timing.done_us.saturating_sub(timing.answered_us)),
        },
        "comment": summary.ended,
        "_id": summary.id,
        "_trace": summary.trace,
        "_sandboxTime": summary.at,
        "_service": summary.service,
        "_operation": summary.operation,
        "_refusedBy": summary.refused_by,
        "_error": summary.error,
    }))
}

/// Milliseconds, to the microsecond.
fn millis(micros: u64) -> Value {
    let written = format!("{}.{:03}", micros / 1000, micros % 1000);
    json!(written.parse::<f64>().unwrap_or_default())
}

fn answer(response: &Message<'_>, redaction: Option<&mut Redaction>) -> Value {
    let StartLine::Response {
        version,
        status,
        reason,
    } = &response.start
    else {
        // Nothing was answered.
        return json!({
            "status": 0, "statusText": "", "httpVersion": "", "cookies": [], "headers": [],
            "content": { "size": 0, "mimeType": "" }, "redirectURL": "", "headersSize": -1, "bodySize": -1,
        });
    };
    let sent = Sent::of(response, redaction);
    let mut content = json!({
        "size": response.body.len(),
        "mimeType": response.header("content-type").unwrap_or_default(),
    });
    match &sent.body {
        Body::Text(text) => content["text"] = json!(text),
        Body::Bytes(base64) => {
            content["text"] = json!(base64);
            content["encoding"] = json!("base64");
        }
        Body::LeftOut => content["comment"] = json!(LEFT_OUT),
    }
    let location = sent.header("location");
    json!({
        "status": status,
        "statusText": reason,
        "httpVersion": version,
        "cookies": sent.cookies("set-cookie"),
        "headers": sent.headers,
        "content": content,
        "redirectURL": location,
        "headersSize": -1,
        "bodySize": response.body.len(),
    })
}

const LEFT_OUT: &str = "left out: not plain text, so that it could not be looked through";

/// Headers and body as they go into the file.
struct Sent {
    headers: Vec<Value>,
    body: Body,
}

enum Body {
    Text(String),
    /// In base64.
    Bytes(String),
    LeftOut,
}

impl Sent {
    fn of(message: &Message<'_>, mut redaction: Option<&mut Redaction>) -> Self {
        let mut headers = Vec::with_capacity(message.headers.len());
        for header in &message.headers {
            let value = match &mut redaction {
                Some(redaction) => redaction.header(&header.name, &header.value),
                None => header.value.clone(),
            };
            headers.push(json!({ "name": header.name, "value": value }));
        }
        let is_coded = message
            .header("content-encoding")
            .is_some_and(|coding| !coding.eq_ignore_ascii_case("identity"));
        let body = match (message.text(), redaction) {
            (Some(text), None) => Body::Text(text.to_owned()),
            (None, None) => Body::Bytes(STANDARD.encode(&*message.body)),
            (Some(text), Some(redaction)) if !is_coded => {
                Body::Text(redaction.body(message.kind(), text))
            }
            (_, Some(_)) => Body::LeftOut,
        };
        Self { headers, body }
    }

    /// Names and values of the cookies in `Cookie` or `Set-Cookie` (RFC 6265 §4).
    fn cookies(&self, header: &str) -> Vec<Value> {
        let mut cookies = Vec::new();
        for sent in &self.headers {
            let text = |member: &str| sent[member].as_str().unwrap_or_default();
            if !text("name").eq_ignore_ascii_case(header) {
                continue;
            }
            let most = if header == "cookie" { usize::MAX } else { 1 };
            for pair in text("value").split(';').take(most) {
                let (name, value) = pair.trim().split_once('=').unwrap_or(("", pair.trim()));
                cookies.push(json!({ "name": name, "value": value }));
            }
        }
        cookies
    }

    /// The first value of a header.
    fn header(&self, name: &str) -> String {
        let mut headers = self.headers.iter();
        let found = headers.find(|header| {
            header["name"]
                .as_str()
                .is_some_and(|known| known.eq_ignore_ascii_case(name))
        });
        found
            .and_then(|header| header["value"].as_str())
            .unwrap_or_default()
            .to_owned()
    }
}

/// A value, whatever looks like a credential in it replaced.
fn plain(value: &str, redaction: Option<&mut Redaction>) -> String {
    match redaction {
        Some(redaction) => redaction.text(value),
        None => value.to_owned(),
    }
}

/// Fields of a form or a query, decoded.
fn named(form: &str, mut redaction: Option<&mut Redaction>) -> Vec<Value> {
    let fields = form_urlencoded::parse(form.as_bytes());
    fields
        .map(|(name, value)| {
            let value = plain(&value, redaction.as_deref_mut());
            json!({ "name": name, "value": value })
        })
        .collect()
}

fn post_data(message: &Message<'_>, sent: &Sent, redaction: Option<&mut Redaction>) -> Value {
    let media_type = message.header("content-type").unwrap_or_default();
    match &sent.body {
        Body::Text(text) if message.kind() == BodyKind::Form => {
            json!({ "mimeType": media_type, "text": text, "params": named(text, redaction) })
        }
        Body::Text(text) => json!({ "mimeType": media_type, "text": text }),
        Body::Bytes(base64) => {
            json!({ "mimeType": media_type, "text": base64, "_encoding": "base64" })
        }
        Body::LeftOut => json!({ "mimeType": media_type, "text": "", "comment": LEFT_OUT }),
    }
}
