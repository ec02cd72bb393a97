//! The bytes of a session's exchanges: masked, as they were, and as something that can be run.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connect_core::domain::walk::Step;
use connect_core::id::{ExchangeId, TraceId};
use connect_rpc::simulator as rpc;
use connect_rpc::traffic::Copied;
use connect_simulator::mask::Mask;
use connect_simulator::session::{Exchange, Session};
use connect_store::traffic::WalkBytes;
use serde_json::json;

use super::{load, sealer, unreadable, view};
use crate::App;
use crate::commands::{Answer, broken, not_found, traffic};

pub(in crate::commands) async fn exchange(
    app: &App,
    request: rpc::WalkExchangeRef,
) -> Answer<rpc::WalkExchangeDetail> {
    let (session, bytes) = find(app, &request.session, request.exchange).await?;
    let exchange = of(&session, request.exchange)?;
    let mask = Mask::of(&session);
    let (sent, received) = (mask.bytes(&bytes.request), mask.bytes(&bytes.response));
    Ok(rpc::WalkExchangeDetail {
        summary: view::exchange(&session, exchange, &mask),
        request_parts: traffic::parts(&sent, false),
        response_parts: (!received.is_empty()).then(|| traffic::parts(&received, false)),
        request: traffic::shown(&sent),
        response: traffic::shown(&received),
    })
}

pub(in crate::commands) async fn reveal(
    app: &App,
    request: rpc::WalkExchangeRef,
) -> Answer<rpc::RevealedWalkExchange> {
    let (session, bytes) = find(app, &request.session, request.exchange).await?;
    journal(app, &session, request.exchange, "shown").await?;
    Ok(rpc::RevealedWalkExchange {
        request_base64: STANDARD.encode(&bytes.request),
        response_base64: STANDARD.encode(&bytes.response),
    })
}

pub(in crate::commands) async fn copy_as(
    app: &App,
    request: rpc::CopyWalkExchange,
) -> Answer<Copied> {
    let (session, bytes) = find(app, &request.session, request.exchange).await?;
    let exchange = of(&session, request.exchange)?;
    let scheme = if exchange.tls { "https" } else { "http" };
    if request.with_credentials {
        journal(app, &session, request.exchange, "copied").await?;
        return Ok(Copied {
            text: traffic::written(&bytes.request, scheme, "", request.format)?,
            masked: 0,
        });
    }
    let masked = Mask::of(&session).bytes(&bytes.request);
    Ok(Copied {
        text: traffic::written(&masked, scheme, "", request.format)?,
        masked: markers(&masked),
    })
}

/// How many markers such as `[code 1a2b3c4d]` stand in a message.
fn markers(bytes: &[u8]) -> usize {
    let text = String::from_utf8_lossy(bytes);
    text.split('[')
        .skip(1)
        .filter(|rest| {
            let marker = rest.split(']').next().unwrap_or_default();
            marker.split_once(' ').is_some_and(|(what, digits)| {
                what.bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
                    && digits.len() == 8
                    && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
        })
        .count()
}

/// Learns the trace of the walk in this sandbox from the first thing that it did there.
pub(super) async fn find_trace(app: &App, session: &mut Session) -> Answer<()> {
    if session.facts.trace.is_some() || !session.target.own {
        return Ok(());
    }
    let Some(run) = session.run_of(Step::SignIn) else {
        return Ok(());
    };
    let number = run.number;
    let Some(server) = session
        .exchanges_of(number)
        .find_map(|it| it.server.clone())
    else {
        return Ok(());
    };
    traffic::settle(app).await?;
    let found = app.0.traffic.get(&ExchangeId::from_text(server)).await;
    session.facts.trace = found.map_err(broken)?.map(|it| it.summary.trace);
    Ok(())
}

async fn find(app: &App, id: &str, number: u32) -> Answer<(Session, WalkBytes)> {
    let session = load(app, id).await?;
    let sealer = sealer(app).await?;
    let bytes = app.0.traffic.walk_bytes(id, number, &sealer).await;
    let bytes = bytes.map_err(unreadable)?;
    Ok((session, bytes.ok_or_else(|| no_exchange(number))?))
}

fn of(session: &Session, number: u32) -> Answer<&Exchange> {
    let mut exchanges = session.exchanges.iter();
    let found = exchanges.find(|it| it.number == number);
    found.ok_or_else(|| no_exchange(number))
}

fn no_exchange(number: u32) -> connect_rpc::RpcError {
    not_found(
        "exchange of this session",
        &number.to_string(),
        "simulator_get",
    )
}

async fn journal(app: &App, session: &Session, number: u32, how: &str) -> Answer<()> {
    let trace = session.facts.trace.as_deref().map(TraceId::from_text);
    let subject = format!("{}#{number}", session.id);
    traffic::journal_reveal(app, trace, &subject, json!({ "how": how })).await
}
