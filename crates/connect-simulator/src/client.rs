//! The recording client: one connection for each request, its bytes both ways as they were.
//!
//! It sends to the target of the walk and nowhere else, follows no redirect, and adds nothing but `Host` and
//! `Content-Length`. Over TLS the bytes are those inside of it.

mod dial;
mod problem;
mod tls;
mod trust;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use connect_wire::recorder::{End, Recorder};
use connect_wire::tap::Tap;
use http::header::{HOST, HeaderName, HeaderValue};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::plan::Request;
use crate::session::{Bytes as Kept, Target, Timing};

pub(crate) use self::problem::MAY_BE_SPENT;
pub use self::problem::SendError;
pub use self::tls::TlsProblem;

/// Most bytes of an answer that are read; what comes after is left where it is.
const MOST_BODY: usize = 4 * 1024 * 1024;

/// What was sent and what came back.
pub struct Sent {
    /// The bytes both ways.
    pub bytes: Kept,
    /// When each part was there.
    pub timing: Timing,
    /// Our end of the connection: the server knows the exchange by it.
    pub local: Option<SocketAddr>,
    /// Whether the bytes are those inside of TLS.
    pub tls: bool,
    /// The answer.
    pub answer: Result<Answer, SendError>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers in order.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Bytes,
}

impl Answer {
    /// The first header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The error code: the body's `error`, else the one in `WWW-Authenticate` (RFC 6750 §3).
    #[must_use]
    pub fn error(&self) -> Option<String> {
        if self.status < 400 {
            return None;
        }
        let of_body = self.json().and_then(|body| {
            let error = body.get("error")?;
            error.as_str().map(str::to_owned)
        });
        of_body.or_else(|| {
            let challenge = self.header("www-authenticate")?;
            let (_, rest) = challenge.split_once("error=\"")?;
            Some(rest.split('"').next()?.to_owned())
        })
    }
}

/// Sends a request and waits for its answer, for so long and until it is cancelled. What went over the wire until then is
/// kept.
pub async fn send(
    request: &Request,
    target: &Target,
    within: Duration,
    cancelled: &CancellationToken,
) -> Sent {
    let began = Instant::now();
    let mut sent = Sent {
        bytes: Kept::default(),
        timing: Timing::default(),
        local: None,
        tls: false,
        answer: Err(SendError::Cancelled),
    };
    let recorder = Arc::new(Recorder::new(End::Client, MOST_BODY));
    let exchanged = exchange(request, target, began, &recorder, &mut sent);
    let answer = tokio::select! {
        biased;
        answer = timeout(within, exchanged) => {
            answer.unwrap_or_else(|_| Err(SendError::TimedOut(within)))
        }
        () = cancelled.cancelled() => Err(SendError::Cancelled),
    };
    sent.answer = answer;
    let (left_request, left_response) = recorder.take_unfinished();
    let micros = |at: Instant| u64::try_from((at - began).as_micros()).unwrap_or(u64::MAX);
    if let Some(request) = recorder.next_request().or(left_request) {
        sent.timing.sent_us = micros(request.last_at);
        sent.bytes.request = request.bytes.to_vec();
    }
    if let Some(response) = recorder.next_response().or(left_response) {
        sent.timing.first_byte_us = micros(response.began);
        sent.timing.done_us = micros(response.last_at);
        sent.bytes.response = response.bytes.to_vec();
    } else {
        sent.timing.done_us = micros(Instant::now());
    }
    sent
}

async fn exchange(
    request: &Request,
    target: &Target,
    began: Instant,
    recorder: &Arc<Recorder>,
    sent: &mut Sent,
) -> Result<Answer, SendError> {
    let url = Url::parse(&request.url).map_err(SendError::Url)?;
    allowed(&url, target)?;
    let message = message(request, &url)?;
    let dialled = dial::dial(&url).await?;
    sent.timing.connected_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    sent.local = Some(dialled.local);
    sent.tls = dialled.tls;
    let io = TokioIo::new(Tap::new(dialled.stream, Arc::clone(recorder)));
    let broken = |error: hyper::Error| SendError::Http(error.to_string());
    let (mut sender, connection) = http1::Builder::new()
        .title_case_headers(true)
        .handshake(io)
        .await
        .map_err(broken)?;
    let answered = async {
        let answer = sender.send_request(message).await.map_err(broken)?;
        let (head, mut body) = answer.into_parts();
        let mut bytes = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(broken)?;
            if let Some(data) = frame.data_ref() {
                bytes.extend_from_slice(data);
            }
            if bytes.len() >= MOST_BODY {
                break;
            }
        }
        let headers = head.headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        });
        Ok(Answer {
            status: head.status.as_u16(),
            headers: headers.collect(),
            body: bytes.freeze(),
        })
    };
    tokio::pin!(answered);
    tokio::pin!(connection);
    // The connection is driven beside the exchange and ends with it: nothing of it outlives the walk.
    tokio::select! {
        biased;
        answer = &mut answered => answer,
        ended = &mut connection => match ended {
            Ok(()) => answered.await,
            Err(error) => Err(broken(error)),
        },
    }
}

/// The request as hyper takes it.
fn message(request: &Request, url: &Url) -> Result<http::Request<Full<Bytes>>, SendError> {
    let malformed = |error: &dyn std::fmt::Display| SendError::Malformed(error.to_string());
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let mut message = http::Request::builder()
        .method(request.method.as_str())
        .uri(target)
        .body(Full::new(Bytes::copy_from_slice(request.body.as_bytes())))
        .map_err(|error| malformed(&error))?;
    let headers = message.headers_mut();
    let authority = match url.port() {
        Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
        None => url.host_str().unwrap_or_default().to_owned(),
    };
    headers.insert(
        HOST,
        HeaderValue::from_str(&authority).map_err(|error| malformed(&error))?,
    );
    let mut own_host = false;
    for (name, value) in &request.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| malformed(&error))?;
        let value = HeaderValue::from_str(value).map_err(|error| malformed(&error))?;
        if name == HOST && !own_host {
            headers.remove(HOST);
            own_host = true;
        }
        headers.append(name, value);
    }
    Ok(message)
}

/// Whether a walk with this target may send, or be sent, to an address.
///
/// # Errors
/// Why not.
pub fn allowed_text(url: &str, target: &Target) -> Result<(), SendError> {
    let url = Url::parse(url).map_err(SendError::Url)?;
    allowed(&url, target)
}

/// Whether a walk with this target may send there.
fn allowed(url: &Url, target: &Target) -> Result<(), SendError> {
    let same = Url::parse(&target.base_url).is_ok_and(|base| base.origin() == url.origin());
    if same && url.username().is_empty() && url.password().is_none() {
        return Ok(());
    }
    Err(SendError::OtherHost {
        asked: url.origin().ascii_serialization(),
        target: target.base_url.clone(),
    })
}
