//! One whole session of measuring: every server, every round.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Effort;
use super::desktop::Desktop;
use super::glewlwyd::{Durability, Glewlwyd, password_form};
use super::load::{Measure, percentiles};
use super::machine::Machine;
use super::oidc_provider::OidcProvider;
use super::process::{Memory, Server, free_port};
use super::sandbox::Sandbox;
use super::subject::{Seat, Subject};
use super::workload::{self, Races};
use crate::step;
use crate::workspace::Workspace;

/// The most connections that any workload uses.
const SEATS: usize = 32;
/// Walks of the simulator in a round.
const WALKS: usize = 10;

/// What is measured, as a key of the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(super) enum Work {
    Refresh8,
    Refresh32,
    ClientCredentials8,
    ClientCredentials32,
    Introspect8,
    Resource8,
    Flow1,
}

/// What a server's start and memory look like.
#[derive(Debug)]
pub(super) struct Footprint {
    /// Half of the starts took no longer.
    pub(super) start: Duration,
    pub(super) idle: Memory,
    pub(super) after_grants: Memory,
}

/// Everything that the report is made of.
#[derive(Debug)]
pub(super) struct Results {
    pub(super) machine: Machine,
    pub(super) versions: Vec<(String, String)>,
    pub(super) grants: usize,
    pub(super) rounds: usize,
    pub(super) measured: Duration,
    /// By the server's name and the work; one for each round.
    pub(super) measures: BTreeMap<(String, Work), Vec<Measure>>,
    pub(super) footprints: BTreeMap<String, Footprint>,
    pub(super) races: Option<Races>,
    /// Whole walks of the simulator, through the pages, the shortest first.
    pub(super) walks: Vec<Duration>,
    pub(super) desktop: Desktop,
}

/// Measures everything.
///
/// # Errors
/// When a server does not come up or gives a wrong answer.
pub(super) async fn measure(
    workspace: &Workspace,
    profile: &str,
    effort: Effort,
    peers_only: bool,
) -> anyhow::Result<Results> {
    let home = workspace.target("bench");
    let machine = Machine::look(&home)?;
    if machine.busy > 5 {
        step::say(format!(
            "others use {} % of the processors: the report will say so",
            machine.busy
        ));
    }
    let oidc_provider = OidcProvider::prepare(workspace)?;
    let glewlwyd = Glewlwyd::prepare(workspace).await?;
    let results = Results {
        machine,
        versions: vec![
            ("sandbox".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
            (
                "oidc-provider".to_owned(),
                oidc_provider.version().to_owned(),
            ),
            ("glewlwyd".to_owned(), glewlwyd.version().to_owned()),
        ],
        grants: effort.grants,
        rounds: effort.rounds,
        measured: effort.timing.measured,
        measures: BTreeMap::new(),
        footprints: BTreeMap::new(),
        races: None,
        walks: Vec::new(),
        desktop: Desktop::default(),
    };
    let mut session = Session { effort, results };
    session.oidc_footprint(&oidc_provider).await?;
    session
        .glewlwyd_footprint(&glewlwyd.with(Durability::WalNormal))
        .await?;
    if !peers_only {
        let sandbox = Sandbox::prepare(workspace, profile)?;
        session.sandbox_footprint(&sandbox).await?;
    }
    for round in 1..=effort.rounds {
        step::say(format!("round {round} of {}", effort.rounds));
        if !peers_only {
            session
                .sandbox(&Sandbox::prepare(workspace, profile)?)
                .await?;
            session
                .sandbox_surviving_power_cuts(Sandbox::prepare(workspace, profile)?)
                .await?;
        }
        session.oidc_provider(&oidc_provider).await?;
        for durability in [
            Durability::WalNormal,
            Durability::WalFull,
            Durability::AsShipped,
        ] {
            session.glewlwyd(&glewlwyd.with(durability)).await?;
        }
    }
    Ok(session.results)
}

/// Measures one piece of work of the sandbox.
///
/// # Errors
/// When the sandbox does not do this work, does not come up or gives a wrong answer.
pub(super) async fn look(
    workspace: &Workspace,
    profile: &str,
    effort: Effort,
    work: Work,
) -> anyhow::Result<()> {
    let sandbox = Sandbox::prepare(workspace, profile)?;
    let (server, endpoints) = (launch(&sandbox).await?, sandbox.endpoints());
    let seats = &mut sandbox.seats(server.address, SEATS).await?[..];
    let timing = effort.timing;
    let measure = match work {
        Work::Refresh8 => workload::refresh(timing, &server, endpoints, &mut seats[..8]).await?,
        Work::Refresh32 => workload::refresh(timing, &server, endpoints, seats).await?,
        Work::Introspect8 => workload::introspect(timing, &server, endpoints, &seats[..8]).await?,
        Work::Resource8 => {
            let resource = endpoints.resource.unwrap_or_default();
            workload::read_resource(timing, &server, resource, &seats[..8]).await?
        }
        Work::Flow1 => workload::flow(timing, &server, endpoints, seats).await?,
        Work::ClientCredentials8 | Work::ClientCredentials32 => {
            anyhow::bail!("the sandbox has no client credentials, only its peers do");
        }
    };
    step::say(format!(
        "{work:?}: {:.0}/s, p50 {:.2?}, p99 {:.2?}; processor time each: server {:.0?}, load {:.0?}",
        measure.rate, measure.p50, measure.p99, measure.server_cpu, measure.client_cpu
    ));
    server.stop().await
}

struct Session {
    effort: Effort,
    results: Results,
}

impl Session {
    fn keep(&mut self, subject: &impl Subject, work: Work, measure: Measure) {
        let name = subject.name();
        step::say(format!(
            "{name}, {work:?}: {:.0}/s, p50 {:.2} ms, p99 {:.2} ms",
            measure.rate,
            measure.p50.as_secs_f64() * 1000.0,
            measure.p99.as_secs_f64() * 1000.0
        ));
        self.results
            .measures
            .entry((name, work))
            .or_default()
            .push(measure);
    }

    async fn refreshes(
        &mut self,
        subject: &impl Subject,
        server: &Server,
    ) -> anyhow::Result<Vec<Seat>> {
        let mut seats = subject.seats(server.address, SEATS).await?;
        for (connections, work) in [(8, Work::Refresh8), (32, Work::Refresh32)] {
            let seats = &mut seats[..connections];
            let timing = self.effort.timing;
            let measure = workload::refresh(timing, server, subject.endpoints(), seats).await?;
            self.keep(subject, work, measure);
        }
        Ok(seats)
    }

    async fn introspection(
        &mut self,
        subject: &impl Subject,
        server: &Server,
        seats: &[Seat],
    ) -> anyhow::Result<()> {
        let (timing, endpoints) = (self.effort.timing, subject.endpoints());
        let measure = workload::introspect(timing, server, endpoints, &seats[..8]).await?;
        self.keep(subject, Work::Introspect8, measure);
        Ok(())
    }

    /// The fastest way to a token: nobody's consent, no refresh token.
    async fn client_credentials(
        &mut self,
        subject: &impl Subject,
        server: &Server,
        seats: &[Seat],
    ) -> anyhow::Result<()> {
        let endpoints = subject.endpoints();
        let form = format!(
            "grant_type=client_credentials&scope={}&client_id={}&client_secret={}",
            endpoints.scope, seats[0].client_id, seats[0].client_secret
        );
        for (connections, work) in [
            (8, Work::ClientCredentials8),
            (32, Work::ClientCredentials32),
        ] {
            let seats = &seats[..connections];
            let path = endpoints.token;
            let measure =
                workload::post_form(self.effort.timing, server, path, &form, seats).await?;
            self.keep(subject, work, measure);
        }
        Ok(())
    }

    async fn oidc_provider(&mut self, peer: &OidcProvider) -> anyhow::Result<()> {
        let server = launch(peer).await?;
        let seats = self.refreshes(peer, &server).await?;
        self.introspection(peer, &server, &seats).await?;
        let timing = self.effort.timing;
        let measure = workload::flow(timing, &server, peer.endpoints(), &seats).await?;
        self.keep(peer, Work::Flow1, measure);
        self.client_credentials(peer, &server, &seats).await?;
        server.stop().await
    }

    /// Everything at the sandbox's own durability; at the others only what commits most.
    async fn glewlwyd(&mut self, peer: &Glewlwyd) -> anyhow::Result<()> {
        let server = launch(peer).await?;
        let seats = self.refreshes(peer, &server).await?;
        if peer.durability() == Durability::WalNormal {
            self.introspection(peer, &server, &seats).await?;
            self.client_credentials(peer, &server, &seats).await?;
        }
        server.stop().await
    }

    async fn sandbox(&mut self, sandbox: &Sandbox) -> anyhow::Result<()> {
        let server = launch(sandbox).await?;
        let seats = self.refreshes(sandbox, &server).await?;
        self.introspection(sandbox, &server, &seats).await?;
        let endpoints = sandbox.endpoints();
        let timing = self.effort.timing;
        if let Some(resource) = endpoints.resource {
            let measure = workload::read_resource(timing, &server, resource, &seats[..8]).await?;
            self.keep(sandbox, Work::Resource8, measure);
        }
        let measure = workload::flow(timing, &server, endpoints, &seats).await?;
        self.keep(sandbox, Work::Flow1, measure);
        if self.results.races.is_none() {
            let races = workload::races(self.effort.races, &server, endpoints, &seats[0]).await?;
            step::say(format!(
                "races for one code: {} of {} with one winner",
                races.with_one_winner, races.held
            ));
            self.results.races = Some(races);
        }
        self.results.walks.extend(sandbox.walks(WALKS).await?);
        self.results.walks.sort();
        server.stop().await
    }

    /// The refreshes once more, each commit with its fsync.
    async fn sandbox_surviving_power_cuts(&mut self, sandbox: Sandbox) -> anyhow::Result<()> {
        let server = launch(&sandbox).await?;
        let sandbox = sandbox.surviving_power_cuts().await?;
        server.stop().await?;
        let server = launch(&sandbox).await?;
        self.refreshes(&sandbox, &server).await?;
        server.stop().await
    }

    async fn oidc_footprint(&mut self, peer: &OidcProvider) -> anyhow::Result<()> {
        let start = self.starts(peer).await?;
        let server = launch(peer).await?;
        let idle = self.settled(&server).await?;
        let seats = peer.seats(server.address, 8).await?;
        workload::flows(self.effort.grants, &server, peer.endpoints(), &seats).await?;
        let after_grants = self.settled(&server).await?;
        self.results.footprints.insert(
            peer.name(),
            Footprint {
                start,
                idle,
                after_grants,
            },
        );
        server.stop().await
    }

    async fn glewlwyd_footprint(&mut self, peer: &Glewlwyd) -> anyhow::Result<()> {
        let start = self.starts(peer).await?;
        let server = launch(peer).await?;
        let idle = self.settled(&server).await?;
        let endpoints = peer.endpoints();
        let form = password_form(endpoints.scope_with_id_token);
        workload::forms(self.effort.grants, &server, endpoints.token, &form, 8).await?;
        let after_grants = self.settled(&server).await?;
        self.results.footprints.insert(
            peer.name(),
            Footprint {
                start,
                idle,
                after_grants,
            },
        );
        server.stop().await
    }

    async fn sandbox_footprint(&mut self, sandbox: &Sandbox) -> anyhow::Result<()> {
        // The first start makes the world and its keys; it is not one of those measured.
        launch(sandbox).await?.stop().await?;
        let start = self.starts(sandbox).await?;
        let server = launch(sandbox).await?;
        let idle = self.settled(&server).await?;
        let seats = sandbox.seats(server.address, 8).await?;
        workload::flows(self.effort.grants, &server, sandbox.endpoints(), &seats).await?;
        let after_grants = self.settled(&server).await?;
        self.results.footprints.insert(
            sandbox.name(),
            Footprint {
                start,
                idle,
                after_grants,
            },
        );
        server.stop().await
    }

    /// Half of the starts took no longer than this.
    async fn starts(&self, subject: &impl Subject) -> anyhow::Result<Duration> {
        let mut times = Vec::new();
        for _ in 0..self.effort.starts {
            let server = launch(subject).await?;
            times.push(server.started_in);
            server.stop().await?;
        }
        let (median, _) = percentiles(&mut times).unwrap_or_default();
        step::say(format!(
            "{}: starts in {:.1} ms",
            subject.name(),
            median.as_secs_f64() * 1000.0
        ));
        Ok(median)
    }

    async fn settled(&self, server: &Server) -> anyhow::Result<Memory> {
        tokio::time::sleep(self.effort.settle).await;
        server.memory()
    }
}

/// Starts a server on a free port.
///
/// # Errors
/// When it does not come up.
pub(super) async fn launch(subject: &impl Subject) -> anyhow::Result<Server> {
    let port = free_port()?;
    let mut command = subject.command(port)?;
    Server::start(
        &mut command,
        port,
        subject.endpoints().discovery,
        &subject.log(),
    )
    .await
}
