//! Linux and the BSDs: the Secret Service (freedesktop.org, draft 0.2) over D-Bus, as GNOME Keyring, KDE Wallet and
//! KeePassXC offer it.
//!
//! We speak it ourselves, over `zbus`, and not through a keyring crate, for three reasons. A search tells locked from
//! absent *without* making the keychain ask for a password, which nobody could answer on a headless machine. The whole
//! conversation has one deadline. And the connection lives on a runtime of the calling thread, so that after it neither
//! a socket nor a thread is left.
//!
//! The session is a `plain` one: the bus is the user's own socket, and whoever can listen there can ask the keychain
//! for the key as well.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::StreamExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zbus::{
    Connection, DynamicType, MatchRule, MessageStream, ObjectPath, OwnedObjectPath, OwnedVariant,
    Type, Variant,
};
use zeroize::Zeroizing;

use super::{Found, KeychainError, LIMIT, SERVICE_NAME, label};
use crate::sealing::key::KeyId;

const BUS_NAME: &str = "org.freedesktop.secrets";
const ROOT: &str = "/org/freedesktop/secrets";
const SERVICE: &str = "org.freedesktop.Secret.Service";
const COLLECTION: &str = "org.freedesktop.Secret.Collection";
const ITEM: &str = "org.freedesktop.Secret.Item";
const SESSION: &str = "org.freedesktop.Secret.Session";
const PROMPT: &str = "org.freedesktop.Secret.Prompt";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
/// "There is none", where an object path is due.
const NO_OBJECT: &str = "/";
const IS_LOCKED: &str = "org.freedesktop.Secret.Error.IsLocked";
const NO_SUCH_OBJECT: &str = "org.freedesktop.Secret.Error.NoSuchObject";

/// A secret as the bus carries it: session, parameters (none in a plain session), value, content type.
type Secret = (OwnedObjectPath, Vec<u8>, Vec<u8>, String);

/// The keychain of a desktop session: the Secret Service on a D-Bus session bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keychain {
    /// The bus's address; `None` is the one of this process's session, looked up when it is needed.
    bus: Option<String>,
}

impl Keychain {
    /// The keychain of the session this process runs in: `DBUS_SESSION_BUS_ADDRESS`, else `$XDG_RUNTIME_DIR/bus`.
    #[must_use]
    pub fn of_this_session() -> Self {
        Self { bus: None }
    }

    /// The keychain on the bus at a D-Bus address, such as `unix:path=/run/user/1000/bus`.
    #[must_use]
    pub fn on_bus(address: impl Into<String>) -> Self {
        Self {
            bus: Some(address.into()),
        }
    }

    /// What is kept under `key_id`. With `patience`, the owner is asked to unlock what is locked, and has so long to
    /// answer; without, nobody is asked anything.
    pub(in crate::sealing) fn read(
        &self,
        key_id: &KeyId,
        patience: Option<Duration>,
    ) -> Result<Found, KeychainError> {
        self.converse(LIMIT + patience.unwrap_or_default(), async |keychain| {
            keychain.read(key_id, patience).await
        })
    }

    /// Keeps `content` under `key_id`, in the default collection, and reads it back.
    pub(in crate::sealing) fn write(
        &self,
        key_id: &KeyId,
        content: &[u8],
    ) -> Result<(), KeychainError> {
        self.converse(LIMIT, async |keychain| {
            keychain.write(key_id, content).await
        })
    }

    /// Removes what is kept under `key_id`.
    pub(in crate::sealing) fn delete(&self, key_id: &KeyId) -> Result<(), KeychainError> {
        self.converse(LIMIT, async |keychain| keychain.delete(key_id).await)
    }

    /// Connects, holds one conversation, and hangs up; within `limit`.
    fn converse<T>(
        &self,
        limit: Duration,
        conversation: impl AsyncFnOnce(&Conversation) -> Result<T, KeychainError>,
    ) -> Result<T, KeychainError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(|error| KeychainError::Unreachable(error.to_string()))?;
        let result = runtime.block_on(async {
            tokio::time::timeout(limit, async {
                let keychain = Conversation::begin(self.bus.as_deref()).await?;
                let result = conversation(&keychain).await;
                keychain.end().await;
                result
            })
            .await
            .unwrap_or(Err(KeychainError::TimedOut(limit)))
        });
        // Ends the connection's own tasks with the connection, and waits for nothing.
        runtime.shutdown_background();
        result
    }
}

struct Conversation {
    bus: Connection,
    session: OwnedObjectPath,
}

impl Conversation {
    async fn begin(address: Option<&str>) -> Result<Self, KeychainError> {
        let builder = match address {
            Some(address) => zbus::connection::Builder::address(address),
            None => zbus::connection::Builder::session(),
        };
        let bus = builder.build().await.map_err(|error| {
            KeychainError::Unreachable(format!("there is no D-Bus session bus: {error}"))
        })?;
        let (_, session): (OwnedVariant, OwnedObjectPath) = call(
            &bus,
            ROOT,
            SERVICE,
            "OpenSession",
            &("plain", Variant::from("")),
        )
        .await?;
        Ok(Self { bus, session })
    }

    async fn end(self) {
        // Both are courtesies: the service and the bus notice by themselves that we are gone.
        let _: Result<(), _> = call(&self.bus, &self.session, SESSION, "Close", &()).await;
        let _ = self.bus.close().await;
    }

    async fn read(
        &self,
        key_id: &KeyId,
        patience: Option<Duration>,
    ) -> Result<Found, KeychainError> {
        let (mut open, mut locked) = self.search(key_id).await?;
        if open.is_empty() && locked.is_empty() {
            let Some(collection) = self.locked_collection().await? else {
                return Err(KeychainError::NotFound);
            };
            self.unlock(&[&collection], patience).await?;
            (open, locked) = self.search(key_id).await?;
            if open.is_empty() && locked.is_empty() {
                return Err(KeychainError::NotFound);
            }
        }
        if open.is_empty() {
            self.unlock(&locked.iter().collect::<Vec<_>>(), patience)
                .await?;
            open.append(&mut locked);
        }
        let mut found = Found {
            contents: Vec::new(),
            some_locked: !locked.is_empty(),
        };
        for item in &open {
            match self.secret(item).await {
                Ok(content) => found.contents.push(content),
                Err(KeychainError::Locked) => found.some_locked = true,
                Err(KeychainError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        match (found.contents.is_empty(), found.some_locked) {
            (true, true) => Err(KeychainError::Locked),
            (true, false) => Err(KeychainError::NotFound),
            (false, _) => Ok(found),
        }
    }

    async fn write(&self, key_id: &KeyId, content: &[u8]) -> Result<(), KeychainError> {
        let collection = self.default_collection().await?.ok_or_else(|| {
            KeychainError::Unreachable("the keychain has no default collection".to_owned())
        })?;
        if self.is_locked(&collection).await? {
            return Err(KeychainError::Locked);
        }
        let properties = HashMap::from([
            (
                "org.freedesktop.Secret.Item.Label",
                Variant::from(label(key_id.as_str())),
            ),
            (
                "org.freedesktop.Secret.Item.Attributes",
                Variant::from(attributes(key_id)),
            ),
        ]);
        let no_parameters: &[u8] = &[];
        let secret = (&self.session, no_parameters, content, "text/plain");
        let (item, prompt): (OwnedObjectPath, OwnedObjectPath) = self
            .call(
                &collection,
                COLLECTION,
                "CreateItem",
                &(properties, secret, true),
            )
            .await?;
        if prompt.as_str() != NO_OBJECT {
            let _: Result<(), _> = self.call(&prompt, PROMPT, "Dismiss", &()).await;
            return Err(KeychainError::Locked);
        }
        if self.secret(&item).await?.as_slice() == content {
            Ok(())
        } else {
            Err(KeychainError::Unreachable(
                "the keychain does not return what it was given".to_owned(),
            ))
        }
    }

    async fn delete(&self, key_id: &KeyId) -> Result<(), KeychainError> {
        let (open, locked) = self.search(key_id).await?;
        if open.is_empty() {
            return Err(if locked.is_empty() {
                KeychainError::NotFound
            } else {
                KeychainError::Locked
            });
        }
        for item in &open {
            let prompt: OwnedObjectPath = self.call(item, ITEM, "Delete", &()).await?;
            if prompt.as_str() != NO_OBJECT {
                let _: Result<(), _> = self.call(&prompt, PROMPT, "Dismiss", &()).await;
                return Err(KeychainError::Locked);
            }
        }
        Ok(())
    }

    /// The items under `key_id`: those that are open, and those that are locked.
    async fn search(
        &self,
        key_id: &KeyId,
    ) -> Result<(Vec<OwnedObjectPath>, Vec<OwnedObjectPath>), KeychainError> {
        let by = HashMap::from([("service", SERVICE_NAME), ("username", key_id.as_str())]);
        self.call(ROOT, SERVICE, "SearchItems", &by).await
    }

    async fn secret(&self, item: &OwnedObjectPath) -> Result<Zeroizing<Vec<u8>>, KeychainError> {
        let (secret,): (Secret,) = self
            .call(item, ITEM, "GetSecret", &(&self.session,))
            .await?;
        Ok(Zeroizing::new(secret.2))
    }

    async fn default_collection(&self) -> Result<Option<OwnedObjectPath>, KeychainError> {
        let path: OwnedObjectPath = self.call(ROOT, SERVICE, "ReadAlias", &"default").await?;
        Ok((path.as_str() != NO_OBJECT).then_some(path))
    }

    /// A locked collection in which the key may be, though a search does not show it: some services hide what is
    /// locked. It is the default one, where we put keys; or, where there is none (a closed KeePassXC database), any.
    async fn locked_collection(&self) -> Result<Option<OwnedObjectPath>, KeychainError> {
        let candidates = if let Some(collection) = self.default_collection().await? {
            vec![collection]
        } else {
            let all = self.property(ROOT, SERVICE, "Collections").await?;
            Vec::<OwnedObjectPath>::try_from(all).map_err(|error| failed(&error))?
        };
        for collection in candidates {
            if self.is_locked(&collection).await? {
                return Ok(Some(collection));
            }
        }
        Ok(None)
    }

    async fn is_locked(&self, collection: &OwnedObjectPath) -> Result<bool, KeychainError> {
        let locked = self.property(collection, COLLECTION, "Locked").await?;
        bool::try_from(locked).map_err(|error| failed(&error))
    }

    async fn property<'p, P>(
        &self,
        path: P,
        interface: &str,
        name: &str,
    ) -> Result<OwnedVariant, KeychainError>
    where
        P: TryInto<ObjectPath<'p>>,
        P::Error: Into<zbus::Error>,
    {
        self.call(path, PROPERTIES, "Get", &(interface, name)).await
    }

    /// Has the owner asked to unlock `objects`, and waits for the answer as long as there is patience.
    async fn unlock(
        &self,
        objects: &[&OwnedObjectPath],
        patience: Option<Duration>,
    ) -> Result<(), KeychainError> {
        let patience = patience.ok_or(KeychainError::Locked)?;
        let (_, prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) =
            self.call(ROOT, SERVICE, "Unlock", &objects).await?;
        if prompt.as_str() == NO_OBJECT {
            return Ok(());
        }
        let completed = MatchRule::builder()
            .msg_type(zbus::message::Type::Signal)
            .interface(PROMPT)
            .member("Completed")
            .path(&prompt)
            .build()
            .map_err(|error| failed(&error))?;
        let mut answers = MessageStream::for_match_rule(completed, &self.bus, None)
            .await
            .map_err(|error| failed(&error))?;
        // The text is a window to be the dialog's parent: we have none to name.
        let _: () = self.call(&prompt, PROMPT, "Prompt", &"").await?;
        match tokio::time::timeout(patience, answers.next()).await {
            Ok(Some(Ok(answer))) => {
                let (dismissed, _): (bool, OwnedVariant) = answer
                    .body()
                    .deserialize()
                    .map_err(|error| failed(&error))?;
                if dismissed {
                    Err(KeychainError::Locked)
                } else {
                    Ok(())
                }
            }
            Ok(Some(Err(error))) => Err(failed(&error)),
            Ok(None) => Err(KeychainError::Unreachable(
                "the session bus hung up".to_owned(),
            )),
            Err(_) => {
                let _: Result<(), _> = self.call(&prompt, PROMPT, "Dismiss", &()).await;
                Err(KeychainError::Locked)
            }
        }
    }

    async fn call<'p, P, B, R>(
        &self,
        path: P,
        interface: &str,
        method: &str,
        body: &B,
    ) -> Result<R, KeychainError>
    where
        P: TryInto<ObjectPath<'p>>,
        P::Error: Into<zbus::Error>,
        B: Serialize + DynamicType,
        R: DeserializeOwned + Type,
    {
        call(&self.bus, path, interface, method, body).await
    }
}

async fn call<'p, P, B, R>(
    bus: &Connection,
    path: P,
    interface: &str,
    method: &str,
    body: &B,
) -> Result<R, KeychainError>
where
    P: TryInto<ObjectPath<'p>>,
    P::Error: Into<zbus::Error>,
    B: Serialize + DynamicType,
    R: DeserializeOwned + Type,
{
    let reply = bus
        .call_method(Some(BUS_NAME), path, Some(interface), method, body)
        .await
        .map_err(|error| match &error {
            zbus::Error::MethodError(name, ..) if name.as_str() == IS_LOCKED => {
                KeychainError::Locked
            }
            zbus::Error::MethodError(name, ..) if name.as_str() == NO_SUCH_OBJECT => {
                KeychainError::NotFound
            }
            _ => failed(&error),
        })?;
    reply.body().deserialize().map_err(|error| failed(&error))
}

fn failed(error: &zbus::Error) -> KeychainError {
    KeychainError::Unreachable(match error {
        zbus::Error::FDO(error) => match &**error {
            zbus::fdo::Error::ServiceUnknown(_) | zbus::fdo::Error::NameHasNoOwner(_) => {
                "no keychain program offers the Secret Service on the session bus".to_owned()
            }
            error => error.to_string(),
        },
        // Without the reply itself, which may hold a secret.
        zbus::Error::MethodError(name, text, _) => match text {
            Some(text) => format!("{name}: {text}"),
            None => name.to_string(),
        },
        error => error.to_string(),
    })
}

/// What an item is found by, and its schema's name for programs that list items by schema.
fn attributes(key_id: &KeyId) -> HashMap<&str, &str> {
    HashMap::from([
        ("service", SERVICE_NAME),
        ("username", key_id.as_str()),
        ("xdg:schema", "org.freedesktop.Secret.Generic"),
    ])
}
