//! A session bus of the test's own, and on it a real GNOME Keyring with a home of its own.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use connect_store::sealing::{Keychain, Vault};
use futures_util::StreamExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::TempDir;
use zbus::{
    Connection, DynamicType, MatchRule, MessageStream, OwnedObjectPath, OwnedVariant, Type, Variant,
};

const SECRETS: &str = "org.freedesktop.secrets";
const ROOT: &str = "/org/freedesktop/secrets";
const SERVICE: &str = "org.freedesktop.Secret.Service";
const COLLECTION: &str = "org.freedesktop.Secret.Collection";
const ITEM: &str = "org.freedesktop.Secret.Item";
const PASSWORD: &str = "open sesame";

/// Longer than anything here takes; only a failing test ever waits for it.
const AT_MOST: Duration = Duration::from_secs(20);

/// A bus that starts no services by itself. It ends with the test.
pub(crate) struct SessionBus {
    pub(crate) address: String,
    daemon: Child,
    _home: TempDir,
}

impl SessionBus {
    pub(crate) fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join("bus.conf");
        std::fs::write(
            &config,
            format!(
                r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
                "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
                <busconfig>
                  <type>session</type>
                  <listen>unix:path={}</listen>
                  <auth>EXTERNAL</auth>
                  <policy context="default">
                    <allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/><allow user="*"/>
                  </policy>
                </busconfig>"#,
                home.path().join("bus").display()
            ),
        )
        .unwrap();
        let mut daemon = spawn(
            Command::new("dbus-daemon")
                .arg("--nofork")
                .arg("--print-address=1")
                .arg(format!("--config-file={}", config.display()))
                .stdout(Stdio::piped())
                .stderr(Stdio::piped()),
        );
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap())
            .read_line(&mut address)
            .unwrap();
        if !address.starts_with("unix:") {
            end(&mut daemon);
            let mut said = String::new();
            daemon
                .stderr
                .take()
                .unwrap()
                .read_to_string(&mut said)
                .unwrap();
            panic!("dbus-daemon gave no address but {address:?}: {said}");
        }
        Self {
            address: address.trim().to_owned(),
            daemon,
            _home: home,
        }
    }

    pub(crate) fn keychain(&self) -> Keychain {
        Keychain::on_bus(&self.address)
    }

    pub(crate) async fn connect(&self) -> Connection {
        zbus::connection::Builder::address(self.address.as_str())
            .build()
            .await
            .unwrap()
    }
}

impl Drop for SessionBus {
    fn drop(&mut self) {
        end(&mut self.daemon);
    }
}

/// A real keyring, unlocked, with an empty default collection.
pub(crate) struct Keyring {
    pub(crate) bus: SessionBus,
    client: Connection,
    daemon: Child,
    _home: TempDir,
}

impl Keyring {
    pub(crate) async fn start() -> Self {
        let bus = SessionBus::start();
        let client = bus.connect().await;
        let appears = MatchRule::builder()
            .msg_type(zbus::message::Type::Signal)
            .sender("org.freedesktop.DBus")
            .member("NameOwnerChanged")
            .arg(0, SECRETS)
            .build()
            .unwrap();
        let mut appears = MessageStream::for_match_rule(appears, &client, None)
            .await
            .unwrap();

        let home = tempfile::tempdir().unwrap();
        let mut daemon = spawn(
            Command::new("gnome-keyring-daemon")
                .args(["--foreground", "--unlock", "--components=secrets"])
                .arg(format!(
                    "--control-directory={}",
                    home.path().join("control").display()
                ))
                .env_remove("DISPLAY")
                .env_remove("WAYLAND_DISPLAY")
                .env_remove("GNOME_KEYRING_CONTROL")
                .env("DBUS_SESSION_BUS_ADDRESS", &bus.address)
                .env("HOME", home.path())
                .env("XDG_CACHE_HOME", home.path().join("cache"))
                .env("XDG_CONFIG_HOME", home.path().join("config"))
                .env("XDG_DATA_HOME", home.path().join("data"))
                .env("XDG_RUNTIME_DIR", home.path())
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        );
        daemon
            .stdin
            .take()
            .unwrap()
            .write_all(PASSWORD.as_bytes())
            .unwrap();
        tokio::time::timeout(AT_MOST, appears.next())
            .await
            .expect("gnome-keyring-daemon comes up");
        let keyring = Self {
            bus,
            client,
            daemon,
            _home: home,
        };
        assert_ne!(
            keyring.default_collection().await.as_str(),
            "/",
            "there is a default collection"
        );
        keyring
    }

    pub(crate) fn keychain(&self) -> Keychain {
        self.bus.keychain()
    }

    /// Locks the default collection, as a desktop does when its session is locked.
    pub(crate) async fn lock(&self) {
        let _: (Vec<OwnedObjectPath>, OwnedObjectPath) = self
            .call(
                ROOT,
                SERVICE,
                "Lock",
                &[self.default_collection().await].as_slice(),
            )
            .await;
    }

    /// Unlocks the default collection with its password, as signing in does.
    pub(crate) async fn unlock(&self) {
        let password = (
            &self.session().await,
            &[][..] as &[u8],
            PASSWORD.as_bytes(),
            "text/plain",
        );
        let _: () = self
            .call(
                ROOT,
                "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface",
                "UnlockWithMasterPassword",
                &(&self.default_collection().await, password),
            )
            .await;
    }

    /// The contents of all items under a vault's key.
    pub(crate) async fn contents(&self, vault: &Vault) -> Vec<String> {
        let mut contents = Vec::new();
        for item in self.items(vault).await {
            let (secret,): ((OwnedObjectPath, Vec<u8>, Vec<u8>, String),) = self
                .call(item.as_str(), ITEM, "GetSecret", &(&self.session().await,))
                .await;
            contents.push(String::from_utf8(secret.2).unwrap());
        }
        contents
    }

    /// Deletes all items under a vault's key.
    pub(crate) async fn delete(&self, vault: &Vault) {
        for item in self.items(vault).await {
            let _: OwnedObjectPath = self.call(item.as_str(), ITEM, "Delete", &()).await;
        }
    }

    /// Puts another content into the item under a vault's key.
    pub(crate) async fn replace(&self, vault: &Vault, content: &str) {
        let items = self.items(vault).await;
        assert_eq!(items.len(), 1);
        let secret = (
            &self.session().await,
            &[][..] as &[u8],
            content.as_bytes(),
            "text/plain",
        );
        let _: () = self
            .call(items[0].as_str(), ITEM, "SetSecret", &(secret,))
            .await;
    }

    /// Adds a second item under a vault's key.
    pub(crate) async fn add(&self, vault: &Vault, content: &str) {
        let id = vault.status().key_id.unwrap();
        let attributes = HashMap::from([("service", "connect-console"), ("username", id.as_str())]);
        let properties = HashMap::from([
            (
                "org.freedesktop.Secret.Item.Label",
                Variant::from("another"),
            ),
            (
                "org.freedesktop.Secret.Item.Attributes",
                Variant::from(attributes),
            ),
        ]);
        let secret = (
            &self.session().await,
            &[][..] as &[u8],
            content.as_bytes(),
            "text/plain",
        );
        let collection = self.default_collection().await;
        let _: (OwnedObjectPath, OwnedObjectPath) = self
            .call(
                collection.as_str(),
                COLLECTION,
                "CreateItem",
                &(properties, secret, false),
            )
            .await;
    }

    /// Waits until nobody but the keyring and this test is on the bus.
    pub(crate) async fn until_everybody_else_hung_up(&self) {
        let gone = MatchRule::builder()
            .msg_type(zbus::message::Type::Signal)
            .sender("org.freedesktop.DBus")
            .member("NameOwnerChanged")
            .build()
            .unwrap();
        let mut changes = MessageStream::for_match_rule(gone, &self.client, None)
            .await
            .unwrap();
        let us = self.client.unique_name().unwrap().as_str();
        let keyring: String = self.bus_call("GetNameOwner", &SECRETS).await;
        loop {
            let names: Vec<String> = self.bus_call("ListNames", &()).await;
            let others = names
                .iter()
                .filter(|name| name.starts_with(':') && *name != us && **name != keyring);
            if others.count() == 0 {
                return;
            }
            tokio::time::timeout(AT_MOST, changes.next())
                .await
                .expect("everybody else hangs up");
        }
    }

    async fn items(&self, vault: &Vault) -> Vec<OwnedObjectPath> {
        let id = vault.status().key_id.unwrap();
        let by = HashMap::from([("service", "connect-console"), ("username", id.as_str())]);
        let (mut open, locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
            self.call(ROOT, SERVICE, "SearchItems", &by).await;
        open.extend(locked);
        open
    }

    async fn default_collection(&self) -> OwnedObjectPath {
        self.call(ROOT, SERVICE, "ReadAlias", &"default").await
    }

    async fn session(&self) -> OwnedObjectPath {
        let (_, session): (OwnedVariant, OwnedObjectPath) = self
            .call(ROOT, SERVICE, "OpenSession", &("plain", Variant::from("")))
            .await;
        session
    }

    async fn call<B, R>(&self, path: &str, interface: &str, method: &str, body: &B) -> R
    where
        B: Serialize + DynamicType,
        R: DeserializeOwned + Type,
    {
        let reply = self
            .client
            .call_method(Some(SECRETS), path, Some(interface), method, body)
            .await
            .unwrap_or_else(|error| panic!("{method}: {error}"));
        reply.body().deserialize().unwrap()
    }

    async fn bus_call<B, R>(&self, method: &str, body: &B) -> R
    where
        B: Serialize + DynamicType,
        R: DeserializeOwned + Type,
    {
        let bus = Some("org.freedesktop.DBus");
        let reply = self
            .client
            .call_method(bus, "/org/freedesktop/DBus", bus, method, body)
            .await
            .unwrap();
        reply.body().deserialize().unwrap()
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        end(&mut self.daemon);
    }
}

fn spawn(command: &mut Command) -> Child {
    let program = Path::new(command.get_program()).display().to_string();
    command.spawn().unwrap_or_else(|error| {
        panic!(
            "cannot start {program} ({error}). These tests need a real keychain: install the packages `dbus` and \
             `gnome-keyring`."
        )
    })
}

fn end(daemon: &mut Child) {
    // It may have ended by itself.
    let _ = daemon.kill();
    let _ = daemon.wait();
}
