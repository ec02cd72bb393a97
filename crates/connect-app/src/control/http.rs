//! Control over TCP: `POST /rpc` and `GET /events`, for one token, from our own origin or from no browser at all; and, when
//! a host gives them, the files of the user interface, for no token.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use connect_rpc::wire::Call;
use connect_rpc::{ErrorCode, RpcError};
use connect_wire::exchange::Discard;
use connect_wire::listener::Recording;
use connect_wire::{HostPolicy, Listener, OpenExchanges, host};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use subtle::ConstantTimeEq as _;

use super::events::Changes;
use crate::{App, ControlAddress};

#[derive(Clone)]
struct Control {
    app: App,
    address: Arc<ControlAddress>,
    origins: Arc<[String]>,
}

/// Serves until the sandbox stops. Its exchanges are not recorded: they hold secrets and no part of the platform.
pub(crate) fn serve(app: &App, listener: Listener) {
    let Some(address) = app.control() else { return };
    let ports: Vec<u16> = listener
        .addresses()
        .iter()
        .map(std::net::SocketAddr::port)
        .take(1)
        .collect();
    let origins = ports
        .iter()
        .flat_map(|port| {
            ["localhost", "127.0.0.1", "[::1]"].map(|name| format!("http://{name}:{port}"))
        })
        .collect();
    let control = Control {
        app: app.clone(),
        address: Arc::new(address),
        origins,
    };
    let commands = Router::new()
        .route("/rpc", post(rpc))
        .route("/events", get(events));
    let with_token = from_fn_with_state(control.clone(), token);
    let router = if app.0.config.ui.is_some() {
        commands.route_layer(with_token).fallback(file)
    } else {
        commands.fallback(nothing_here).layer(with_token)
    };
    let router = router
        .layer(from_fn_with_state(control.clone(), origin))
        .layer(from_fn_with_state(
            Arc::new(HostPolicy::loopback(ports).closed()),
            host::guard,
        ))
        .with_state(control);
    let recording = Recording {
        env: Arc::clone(&app.0.env),
        sink: Arc::new(Discard),
        open: OpenExchanges::new(),
    };
    app.0
        .tasks
        .spawn(listener.serve(router, recording, app.0.stop.clone()));
}

/// Nothing for a page of another origin: neither by `Origin`, nor by what a browser says of a request that has none,
/// such as that of another site's `<script>` (Fetch Metadata). Following a link to the page is nobody's harm.
async fn origin(State(control): State<Control>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let foreign = headers.get(header::ORIGIN).is_some_and(|origin| {
        !origin
            .to_str()
            .is_ok_and(|origin| control.origins.iter().any(|own| own == origin))
    });
    let says = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let embedded = matches!(says("sec-fetch-site"), Some("cross-site" | "same-site"))
        && says("sec-fetch-mode") != Some("navigate");
    if foreign || embedded {
        return failed(&RpcError::new(
            ErrorCode::Forbidden,
            "the control surface answers no page but its own; use the command line, or a page served by this listener",
        ));
    }
    next.run(request).await
}

async fn token(State(control): State<Control>, request: Request, next: Next) -> Response {
    if !holds_token(request.headers(), &control.address.token) {
        return failed(&RpcError::new(
            ErrorCode::Unauthorized,
            "send the token that was printed at the start as `Authorization: Bearer <token>`",
        ));
    }
    next.run(request).await
}

fn holds_token(headers: &HeaderMap, token: &str) -> bool {
    let sent = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let sent = sent
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    sent.is_some_and(|(_, sent)| sent.trim().as_bytes().ct_eq(token.as_bytes()).into())
}

async fn rpc(State(control): State<Control>, body: Bytes) -> Response {
    let call: Call = match serde_json::from_slice(&body) {
        Ok(call) => call,
        Err(error) => {
            return failed(&RpcError::new(
                ErrorCode::BadRequest,
                format!(
                    "the body is not a call such as {{\"cmd\": \"apps_list\", \"payload\": {{}}}}: {error}"
                ),
            ));
        }
    };
    match control.app.rpc(&call.cmd, call.payload).await {
        Ok(answer) => no_store(axum::Json(answer).into_response()),
        Err(error) => failed(&error),
    }
}

/// One JSON object a line, as long as the caller stays.
async fn events(State(control): State<Control>) -> Response {
    let changes = Changes::of(&control.app);
    let lines = futures_util::stream::unfold(changes, |mut changes| async move {
        let changed = changes.next().await?;
        let mut line = serde_json::to_vec(&changed).ok()?;
        line.push(b'\n');
        Some((
            Ok::<_, std::convert::Infallible>(Bytes::from(line)),
            changes,
        ))
    });
    let mut response = no_store(Body::from_stream(lines).into_response());
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-ndjson"),
    );
    response
}

/// A file of the user interface; for any other path the console has its own pages, which no server knows.
async fn file(State(control): State<Control>, request: Request) -> Response {
    let files = control.app.0.config.ui.as_ref();
    let found = files.and_then(|files| files.answer(request.uri().path(), request.headers()));
    let reading = matches!(*request.method(), Method::GET | Method::HEAD);
    match found {
        None => nothing_here().await,
        Some(_) if !reading => {
            let mut response = failed(&RpcError::new(
                ErrorCode::BadRequest,
                "a file is read with GET or HEAD",
            ));
            *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
            response
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            response
        }
        Some(response) => response,
    }
}

async fn nothing_here() -> Response {
    failed(&RpcError::new(
        ErrorCode::NotFound,
        "there is POST /rpc and GET /events here",
    ))
}

fn failed(error: &RpcError) -> Response {
    let status =
        StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    no_store((status, axum::Json(error)).into_response())
}

fn no_store(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
