//! The peer `oidc-provider`: strict, in JavaScript, in memory.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context as _;

use super::http::{self, Connection};
use super::subject::{
    Endpoints, Seat, Subject, authorize_target, fill_seat, keep_cookies, pkce_pairs,
};
use crate::workspace::Workspace;
use crate::{clients, step};

/// Where its program and lock file are.
const HOME: &str = "tests/bench/oidc-provider";

/// How many clients it is started with: one for each connection.
const CLIENTS: usize = 64;

/// `oidc-provider` with plain maps as its store.
pub(super) struct OidcProvider {
    home: PathBuf,
    keys: PathBuf,
    version: String,
}

impl OidcProvider {
    /// Installs it from its lock file.
    ///
    /// # Errors
    /// When npm fails.
    pub(super) fn prepare(workspace: &Workspace) -> anyhow::Result<Self> {
        let home = workspace.path(HOME);
        clients::install_node(workspace, &home.join("package-lock.json"))?;
        let package =
            std::fs::read_to_string(home.join("node_modules/oidc-provider/package.json"))?;
        let package: serde_json::Value = serde_json::from_str(&package)?;
        let version = package["version"]
            .as_str()
            .context("a package has a version")?;
        let node = step::read(Command::new("node").arg("--version"))?;
        Ok(Self {
            home,
            keys: workspace.target("bench/oidc-provider.keys.json"),
            version: format!("{version} on Node {}", node.trim().trim_start_matches('v')),
        })
    }

    /// Its own version and Node's.
    pub(super) fn version(&self) -> &str {
        &self.version
    }
}

impl Subject for OidcProvider {
    fn name(&self) -> String {
        "oidc-provider".to_owned()
    }

    fn log(&self) -> PathBuf {
        self.keys.with_extension("log")
    }

    fn endpoints(&self) -> Endpoints {
        Endpoints {
            discovery: "/.well-known/openid-configuration",
            authorize: "/auth",
            token: "/token",
            introspect: "/token/introspection",
            resource: None,
            scope: "read:biomarkers",
            scope_with_id_token: "openid email read:biomarkers",
        }
    }

    fn command(&self, port: u16) -> anyhow::Result<Command> {
        let mut command = Command::new("node");
        command
            .current_dir(&self.home)
            .env("NODE_ENV", "production")
            .arg("server.mjs")
            .arg(port.to_string())
            .arg(&self.keys)
            .arg(CLIENTS.to_string());
        Ok(command)
    }

    async fn seats(&self, address: SocketAddr, count: usize) -> anyhow::Result<Vec<Seat>> {
        let mut connection = Connection::open(address).await?;
        let mut seats = Vec::new();
        for (number, pkce) in pkce_pairs(count).iter().enumerate() {
            let mut seat = Seat {
                client_id: format!("bench-{number}"),
                client_secret: format!("secret-of-bench-{number}"),
                cookie: String::new(),
                access_token: String::new(),
                refresh_token: String::new(),
            };
            self.sign_in(&mut connection, address, &mut seat).await?;
            fill_seat(&mut connection, address, self.endpoints(), &mut seat, pkce).await?;
            seats.push(seat);
        }
        Ok(seats)
    }
}

impl OidcProvider {
    /// Goes through the sign-in that answers by itself, so that later requests have a session.
    async fn sign_in(
        &self,
        connection: &mut Connection,
        address: SocketAddr,
        seat: &mut Seat,
    ) -> anyhow::Result<()> {
        let pkce = pkce_pairs(1).remove(0);
        let endpoints = self.endpoints();
        let mut target = authorize_target(endpoints, seat, endpoints.scope, &pkce);
        let origin = format!("http://{address}");
        loop {
            let request = http::get(address, &target, &[("cookie", &seat.cookie)]);
            let response = connection.exchange(&request).await?.expect(303)?;
            keep_cookies(&mut seat.cookie, &response);
            let location = response
                .headers("location")
                .next()
                .context("a redirect has a location")?;
            match location
                .strip_prefix(&origin)
                .or(location.strip_prefix('/').map(|_| location))
            {
                Some(next) => target = next.to_owned(),
                None => return Ok(()),
            }
        }
    }
}
