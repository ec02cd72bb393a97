//! The pieces of work that are measured, the same for every server.

use std::net::SocketAddr;

use anyhow::ensure;
use tokio::task::JoinSet;

use super::http::{self, Connection};
use super::load::{Measure, Timing, closed_loop};
use super::process::Server;
use super::subject::{
    Endpoints, Pkce, Seat, authorize, code_form, introspect_form, pkce_pairs, refresh_form,
    take_tokens,
};

/// One connection with its seat.
struct Lane {
    connection: Connection,
    seat: Seat,
}

async fn lanes(address: SocketAddr, seats: &[Seat]) -> anyhow::Result<Vec<Lane>> {
    let mut lanes = Vec::new();
    for seat in seats {
        lanes.push(Lane {
            connection: Connection::open(address).await?,
            seat: seat.clone(),
        });
    }
    Ok(lanes)
}

/// Refreshes, each with the token that the last one gave. The seats hold the newest tokens afterwards.
///
/// # Errors
/// When an answer is not 200.
pub(super) async fn refresh(
    timing: Timing,
    server: &Server,
    endpoints: Endpoints,
    seats: &mut [Seat],
) -> anyhow::Result<Measure> {
    let address = server.address;
    let step = async move |lane: &mut Lane| {
        let request = http::form(address, endpoints.token, &refresh_form(&lane.seat));
        let response = lane.connection.exchange(&request).await?.expect(200)?;
        take_tokens(&mut lane.seat, response.text()?)
    };
    let lanes = lanes(address, seats).await?;
    let (measure, lanes) = closed_loop(timing, server.id(), lanes, step).await?;
    for (seat, lane) in seats.iter_mut().zip(lanes) {
        *seat = lane.seat;
    }
    Ok(measure)
}

/// Asks whether the seats' access tokens are alive; they are.
///
/// # Errors
/// When an answer is not 200 and active.
pub(super) async fn introspect(
    timing: Timing,
    server: &Server,
    endpoints: Endpoints,
    seats: &[Seat],
) -> anyhow::Result<Measure> {
    let address = server.address;
    let step = async move |lane: &mut Lane| {
        let request = http::form(address, endpoints.introspect, &introspect_form(&lane.seat));
        let response = lane.connection.exchange(&request).await?.expect(200)?;
        let body = response.text()?;
        ensure!(
            body.contains("\"active\":true"),
            "a living token is not active: {body}"
        );
        Ok(())
    };
    let lanes = lanes(address, seats).await?;
    Ok(closed_loop(timing, server.id(), lanes, step).await?.0)
}

/// Reads a resource with the seats' access tokens.
///
/// # Errors
/// When an answer is not 200.
pub(super) async fn read_resource(
    timing: Timing,
    server: &Server,
    resource: &'static str,
    seats: &[Seat],
) -> anyhow::Result<Measure> {
    let address = server.address;
    let step = async move |lane: &mut Lane| {
        let bearer = format!("Bearer {}", lane.seat.access_token);
        let request = http::get(address, resource, &[("authorization", &bearer)]);
        lane.connection.exchange(&request).await?.expect(200)?;
        Ok(())
    };
    let lanes = lanes(address, seats).await?;
    Ok(closed_loop(timing, server.id(), lanes, step).await?.0)
}

/// Sends the same form again and again; each answer is 200.
///
/// # Errors
/// When an answer is not 200.
pub(super) async fn post_form(
    timing: Timing,
    server: &Server,
    path: &'static str,
    form: &str,
    seats: &[Seat],
) -> anyhow::Result<Measure> {
    let request = http::form(server.address, path, form);
    let step = async move |lane: &mut Lane| {
        lane.connection.exchange(&request).await?.expect(200)?;
        Ok(())
    };
    let lanes = lanes(server.address, seats).await?;
    Ok(closed_loop(timing, server.id(), lanes, step).await?.0)
}

/// A lane with its PKCE pairs, made beforehand and used in turn.
struct FlowLane {
    lane: Lane,
    pairs: Vec<Pkce>,
    next: usize,
}

impl FlowLane {
    /// authorize → code → token with an id_token.
    async fn flow(&mut self, address: SocketAddr, endpoints: Endpoints) -> anyhow::Result<()> {
        let pkce = &self.pairs[self.next % self.pairs.len()];
        self.next += 1;
        let Lane { connection, seat } = &mut self.lane;
        let scope = endpoints.scope_with_id_token;
        let code = authorize(connection, address, endpoints, seat, scope, pkce).await?;
        let request = http::form(address, endpoints.token, &code_form(seat, &code, pkce));
        let response = connection.exchange(&request).await?.expect(200)?;
        ensure!(
            response.text()?.contains("\"id_token\""),
            "an id_token was asked for"
        );
        Ok(())
    }
}

async fn flow_lanes(address: SocketAddr, seats: &[Seat]) -> anyhow::Result<Vec<FlowLane>> {
    let lanes = lanes(address, seats).await?;
    Ok(lanes
        .into_iter()
        .map(|lane| FlowLane {
            lane,
            pairs: pkce_pairs(256),
            next: 0,
        })
        .collect())
}

/// Runs the whole flow again and again on the first seat's connection.
///
/// # Errors
/// When a step of the flow fails.
pub(super) async fn flow(
    timing: Timing,
    server: &Server,
    endpoints: Endpoints,
    seats: &[Seat],
) -> anyhow::Result<Measure> {
    let address = server.address;
    let step = async move |lane: &mut FlowLane| lane.flow(address, endpoints).await;
    let lanes = flow_lanes(address, &seats[..1]).await?;
    Ok(closed_loop(timing, server.id(), lanes, step).await?.0)
}

/// Runs the whole flow a number of times, shared among the seats.
///
/// # Errors
/// When a step of the flow fails.
pub(super) async fn flows(
    count: usize,
    server: &Server,
    endpoints: Endpoints,
    seats: &[Seat],
) -> anyhow::Result<()> {
    let address = server.address;
    let each = count.div_ceil(seats.len());
    let mut tasks = JoinSet::new();
    for mut lane in flow_lanes(address, seats).await? {
        tasks.spawn(async move {
            for _ in 0..each {
                lane.flow(address, endpoints).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(())
}

/// Sends one form a number of times, shared among the seats' number of connections.
///
/// # Errors
/// When an answer is not 200.
pub(super) async fn forms(
    count: usize,
    server: &Server,
    path: &'static str,
    form: &str,
    connections: usize,
) -> anyhow::Result<()> {
    let request = http::form(server.address, path, form);
    let each = count.div_ceil(connections);
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let mut connection = Connection::open(server.address).await?;
        let request = request.clone();
        tasks.spawn(async move {
            for _ in 0..each {
                connection.exchange(&request).await?.expect(200)?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(())
}

/// How often each number of winners came out of the races for one code.
#[derive(Debug, Default)]
pub(super) struct Races {
    pub(super) held: usize,
    pub(super) with_one_winner: usize,
}

/// How many exchanges of one code are sent at once.
pub(super) const RACERS: usize = 50;

/// Holds races: one code, many exchanges at the same moment, each on its own connection.
///
/// # Errors
/// When a loser gets anything but 400.
pub(super) async fn races(
    count: usize,
    server: &Server,
    endpoints: Endpoints,
    seat: &Seat,
) -> anyhow::Result<Races> {
    let address = server.address;
    let mut judge = Connection::open(address).await?;
    let mut field = Vec::new();
    for _ in 0..RACERS {
        field.push(Connection::open(address).await?);
    }
    let mut outcome = Races::default();
    for pkce in pkce_pairs(count) {
        let scope = endpoints.scope_with_id_token;
        let code = authorize(&mut judge, address, endpoints, seat, scope, &pkce).await?;
        let request = http::form(address, endpoints.token, &code_form(seat, &code, &pkce));
        let mut tasks = JoinSet::new();
        for mut racer in field.drain(..) {
            let request = request.clone();
            tasks.spawn(async move {
                let status = racer.exchange(&request).await?.status;
                ensure!(matches!(status, 200 | 400), "an exchange answered {status}");
                anyhow::Ok((racer, status == 200))
            });
        }
        let mut winners = 0_usize;
        while let Some(ended) = tasks.join_next().await {
            let (racer, won) = ended??;
            field.push(racer);
            winners += usize::from(won);
        }
        outcome.held += 1;
        outcome.with_one_winner += usize::from(winners == 1);
    }
    Ok(outcome)
}
