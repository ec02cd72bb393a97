//! The peer `glewlwyd`: C and SQLite on disk, from Debian's packages, unpacked and run without being installed.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde_json::json;

use super::http::{self, Connection};
use super::process::{Server, free_port};
use super::subject::{Endpoints, REDIRECT_URI, Seat, Subject, keep_cookies, take_tokens};
use crate::machine::{Installer, which};
use crate::step;
use crate::workspace::Workspace;

/// The one client and the one user. Glewlwyd has no rule of one refresh token for a user and client.
const CLIENT: &str = "bench";
const SECRET: &str = "secret-of-bench";
const USER: &str = "maya";
const PASSWORD: &str = "password-of-maya";

/// How safe a commit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Durability {
    /// As the package comes: a rollback journal with `synchronous=FULL`.
    AsShipped,
    /// Write-ahead log, `synchronous=NORMAL`: the sandbox's default.
    WalNormal,
    /// Write-ahead log, `synchronous=FULL`: the sandbox's setting for a power cut.
    WalFull,
}

impl Durability {
    /// Words for the report.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::AsShipped => "as shipped",
            Self::WalNormal => "WAL, NORMAL",
            Self::WalFull => "WAL, FULL",
        }
    }

    fn pragma(self) -> Option<&'static str> {
        match self {
            Self::AsShipped => None,
            Self::WalNormal => Some("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL"),
            Self::WalFull => Some("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"),
        }
    }
}

/// Glewlwyd with a configured database that each run gets a copy of.
#[derive(Clone)]
pub(super) struct Glewlwyd {
    /// The directory that holds `usr`: `/` when the package is installed.
    root: PathBuf,
    /// Files of the runs.
    home: PathBuf,
    configuration: String,
    version: String,
    durability: Durability,
}

impl Glewlwyd {
    /// Unpacks it and configures a database through its own API.
    ///
    /// # Errors
    /// When the packages cannot be had, or the API refuses something.
    pub(super) async fn prepare(workspace: &Workspace) -> anyhow::Result<Self> {
        let home = workspace.target("bench/glewlwyd");
        fs::create_dir_all(&home)?;
        let root = unpacked(&home)?;
        let configuration =
            fs::read_to_string(workspace.path("tests/bench/glewlwyd/glewlwyd.conf"))?;
        let mut glewlwyd = Self {
            root,
            home,
            configuration,
            version: String::new(),
            durability: Durability::AsShipped,
        };
        let version = step::read(glewlwyd.program().arg("--version"))?;
        glewlwyd.version.push_str(version.trim());
        glewlwyd.compile_preload(workspace)?;
        glewlwyd.make_template(workspace).await?;
        Ok(glewlwyd)
    }

    /// Its version.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// The same server at another durability.
    pub(super) fn with(&self, durability: Durability) -> Self {
        Self {
            durability,
            ..self.clone()
        }
    }

    /// How safe its commits are.
    pub(super) fn durability(&self) -> Durability {
        self.durability
    }

    fn program(&self) -> Command {
        let mut command = Command::new(self.root.join("usr/bin/glewlwyd"));
        let libraries = libraries(&self.root);
        if !libraries.is_empty() {
            command.env("LD_LIBRARY_PATH", libraries.join(":"));
        }
        command
    }

    fn preload(&self) -> PathBuf {
        self.home.join("pragma.so")
    }

    fn compile_preload(&self, workspace: &Workspace) -> anyhow::Result<()> {
        step::run(
            Command::new("cc")
                .args(["-shared", "-fPIC", "-O1", "-o"])
                .arg(self.preload())
                .arg(workspace.path("tests/bench/glewlwyd/pragma.c"))
                .arg("-ldl"),
        )
    }

    fn template(&self) -> PathBuf {
        self.home.join("template.db")
    }

    /// A database with the package's own schema, then a plugin, a scope, a client and a user, made through the API.
    async fn make_template(&self, workspace: &Workspace) -> anyhow::Result<()> {
        let template = self.template();
        remove_database(&template)?;
        step::run(
            step::cargo(workspace)
                .args([
                    "run",
                    "--quiet",
                    "--package",
                    "xtask",
                    "--example",
                    "scratch_db",
                    "--",
                ])
                .arg(&template)
                .arg(
                    self.root
                        .join("usr/share/dbconfig-common/data/glewlwyd/install/sqlite3"),
                ),
        )?;
        let port = free_port()?;
        let mut command = self.command_on(port, &template)?;
        let log = self.home.join("setup.log");
        let server = Server::start(&mut command, port, "/config", &log).await?;
        let outcome = configure(server.address).await;
        server.stop().await?;
        outcome
    }

    fn command_on(&self, port: u16, database: &Path) -> anyhow::Result<Command> {
        let file = self.home.join("glewlwyd.conf");
        let root = self.root.to_string_lossy();
        let text = self
            .configuration
            .replace("{port}", &port.to_string())
            .replace("{root}", root.trim_end_matches('/'))
            .replace("{database}", &database.to_string_lossy());
        fs::write(&file, text)?;
        let mut command = self.program();
        command.arg("--config-file").arg(&file);
        if let Some(pragma) = self.durability.pragma() {
            command
                .env("LD_PRELOAD", self.preload())
                .env("BENCH_PRAGMA", pragma);
        }
        Ok(command)
    }
}

impl Subject for Glewlwyd {
    fn name(&self) -> String {
        format!("glewlwyd ({})", self.durability.words())
    }

    fn log(&self) -> PathBuf {
        self.home.join("server.log")
    }

    fn endpoints(&self) -> Endpoints {
        Endpoints {
            discovery: "/api/oidc/.well-known/openid-configuration",
            authorize: "/api/oidc/auth",
            token: "/api/oidc/token",
            introspect: "/api/oidc/introspect",
            resource: None,
            scope: "bench",
            scope_with_id_token: "openid bench",
        }
    }

    fn command(&self, port: u16) -> anyhow::Result<Command> {
        let database = self.home.join("run.db");
        remove_database(&database)?;
        fs::copy(self.template(), &database)?;
        self.command_on(port, &database)
    }

    async fn seats(&self, address: SocketAddr, count: usize) -> anyhow::Result<Vec<Seat>> {
        let mut connection = Connection::open(address).await?;
        let mut seats = Vec::new();
        for _ in 0..count {
            let mut seat = Seat {
                client_id: CLIENT.to_owned(),
                client_secret: SECRET.to_owned(),
                cookie: String::new(),
                access_token: String::new(),
                refresh_token: String::new(),
            };
            let request = http::form(
                address,
                self.endpoints().token,
                &password_form(self.endpoints().scope),
            );
            let response = connection.exchange(&request).await?.expect(200)?;
            take_tokens(&mut seat, response.text()?)?;
            seats.push(seat);
        }
        Ok(seats)
    }
}

/// The form that gives a new grant without a page.
pub(super) fn password_form(scope: &str) -> String {
    format!(
        "grant_type=password&username={USER}&password={PASSWORD}&scope={}&client_id={CLIENT}&client_secret={SECRET}",
        scope.replace(' ', "%20")
    )
}

/// What an administrator would do in the browser.
async fn configure(address: SocketAddr) -> anyhow::Result<()> {
    let mut connection = Connection::open(address).await?;
    let sign_in = json!({"username": "admin", "password": "password"});
    let mut cookie = String::new();
    let request = http::json("POST", address, "/api/auth/", &[], &sign_in);
    keep_cookies(
        &mut cookie,
        &connection.exchange(&request).await?.expect(200)?,
    );

    // Passwords are stretched 150,000 times by default. The sandbox's secrets are random and not stretched, so neither
    // are these: the tokens are measured, not the hash.
    for module in ["client", "user"] {
        let path = format!("/api/mod/{module}/database");
        let request = http::get(address, &path, &[("cookie", &cookie)]);
        let mut settings: serde_json::Value =
            serde_json::from_slice(connection.exchange(&request).await?.expect(200)?.body())?;
        settings["parameters"]["pbkdf2-iterations"] = json!(1);
        let request = http::json("PUT", address, &path, &[("cookie", &cookie)], &settings);
        connection.exchange(&request).await?.expect(200)?;
    }
    let request = http::json(
        "PUT",
        address,
        "/api/mod/reload/",
        &[("cookie", &cookie)],
        &json!({}),
    );
    connection.exchange(&request).await?.expect(200)?;

    let scope = json!({"name": "bench", "display_name": "bench", "description": "bench", "password_required": false,
        "password_max_age": 0, "scheme": {}});
    let client = json!({"client_id": CLIENT, "name": "bench", "confidential": true, "enabled": true, "password": SECRET,
        "token_endpoint_auth_method": ["client_secret_post"], "redirect_uri": [REDIRECT_URI], "scope": ["bench"],
        "authorization_type": ["code", "refresh_token", "client_credentials", "password"]});
    let user = json!({"username": USER, "password": PASSWORD, "name": "Maya", "email": "maya@example.com",
        "enabled": true, "scope": ["openid", "bench", "g_profile"]});
    for (path, body) in [
        ("/api/mod/plugin/", plugin(address)?),
        ("/api/scope/", scope),
        ("/api/client/", client),
        ("/api/user/", user),
    ] {
        let request = http::json("POST", address, path, &[("cookie", &cookie)], &body);
        connection
            .exchange(&request)
            .await?
            .expect(200)
            .with_context(|| format!("POST {path}"))?;
    }
    Ok(())
}

/// The OpenID Connect plugin, with RS256 as its form proposes, and refresh tokens that are used once.
fn plugin(address: SocketAddr) -> anyhow::Result<serde_json::Value> {
    let keys = step::read(Command::new("node").args(["--eval", MAKE_KEYS]))?;
    let keys: serde_json::Value = serde_json::from_str(&keys)?;
    Ok(json!({
        "module": "oidc",
        "name": "oidc",
        "display_name": "bench",
        "parameters": {
            "iss": format!("http://{address}/api/oidc"),
            "jwt-type": "rsa",
            "jwt-key-size": "256",
            "key": keys["privateKey"],
            "cert": keys["publicKey"],
            "access-token-duration": 3600,
            "refresh-token-duration": 7_776_000,
            "code-duration": 60,
            "refresh-token-rolling": true,
            "refresh-token-one-use": "always",
            "allow-non-oidc": true,
            "auth-type-code-enabled": true,
            "auth-type-code-revoke-replayed": true,
            "auth-type-password-enabled": true,
            "auth-type-client-enabled": true,
            "auth-type-refresh-enabled": true,
            "subject-type": "public",
            "scope": [],
            "additional-parameters": [],
            "claims": [],
            "jwks-show": true,
            "pkce-allowed": true,
            "introspection-revocation-allowed": true,
            "introspection-revocation-allow-target-client": true,
            "introspection-revocation-auth-scope": [],
        }
    }))
}

/// A program for Node that prints an RSA key pair of 2,048 bits.
const MAKE_KEYS: &str = "console.log(JSON.stringify(require('node:crypto').generateKeyPairSync('rsa', {modulusLength: 2048, \
    privateKeyEncoding: {type: 'pkcs8', format: 'pem'}, publicKeyEncoding: {type: 'spki', format: 'pem'}})))";

/// The root directory of the unpacked packages; `/` when glewlwyd is installed.
fn unpacked(home: &Path) -> anyhow::Result<PathBuf> {
    if which("glewlwyd").is_some() {
        return Ok(PathBuf::from("/"));
    }
    let root = home.join("root");
    if root.join("usr/bin/glewlwyd").is_file() {
        return Ok(root);
    }
    step::say("fetching glewlwyd's Debian packages (they are unpacked here, not installed)");
    let packages = if let Ok(packages) = missing_packages() {
        packages
    } else {
        Installer::find().refresh()?;
        missing_packages()?
    };
    let archives = home.join("archives");
    fs::create_dir_all(&archives)?;
    step::read(
        Command::new("apt-get")
            .current_dir(&archives)
            .args(["-q", "download"])
            .args(&packages),
    )?;
    for entry in fs::read_dir(&archives)? {
        step::run(
            Command::new("dpkg-deb")
                .arg("--extract")
                .arg(entry?.path())
                .arg(&root),
        )?;
    }
    ensure!(
        root.join("usr/bin/glewlwyd").is_file(),
        "the packages hold no glewlwyd"
    );
    Ok(root)
}

/// Glewlwyd and the libraries of it that this machine lacks.
fn missing_packages() -> anyhow::Result<Vec<String>> {
    let plan = step::read(Command::new("apt-get").args([
        "install",
        "--simulate",
        "--no-install-recommends",
        "glewlwyd",
    ]))?;
    let names = plan
        .lines()
        .filter_map(|line| line.strip_prefix("Inst ")?.split(' ').next());
    let needed = names.filter(|name| {
        name.starts_with("glewlwyd") || (name.starts_with("lib") && !name.starts_with("libjs-"))
    });
    Ok(needed.map(str::to_owned).collect())
}

/// The library directories below an unpacked root; none for `/`.
fn libraries(root: &Path) -> Vec<String> {
    if root == Path::new("/") {
        return Vec::new();
    }
    let Ok(entries) = fs::read_dir(root.join("usr/lib")) else {
        return Vec::new();
    };
    entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().contains("linux-gnu"))
        .map(|path| path.to_string_lossy().into_owned())
        .collect()
}

/// Removes a database with its journal and log.
fn remove_database(database: &Path) -> anyhow::Result<()> {
    for end in ["", "-journal", "-wal", "-shm"] {
        let file = format!("{}{end}", database.display());
        if fs::exists(&file)? {
            fs::remove_file(&file)?;
        }
    }
    Ok(())
}
