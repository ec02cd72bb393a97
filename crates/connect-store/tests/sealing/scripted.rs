//! A Secret Service that does as the test says: with one collection, at most one item, and no manners but those set.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use connect_store::sealing::Keychain;
use futures_util::StreamExt as _;
use tokio::sync::watch;
use zbus::message::Type;
use zbus::{
    Connection, Message, MessageStream, ObjectPath, OwnedObjectPath, OwnedVariant, Variant,
};

use crate::session_bus::SessionBus;

const COLLECTION: &str = "/org/freedesktop/secrets/collection/main";
const ITEM: &str = "/org/freedesktop/secrets/collection/main/1";
const SESSION: &str = "/org/freedesktop/secrets/session/1";
const PROMPT: &str = "/org/freedesktop/secrets/prompt/1";

type Secret = (OwnedObjectPath, Vec<u8>, Vec<u8>, String);

/// What the owner does with the question for the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Is asked nothing: nothing may show a prompt.
    IsLeftAlone,
    Unlocks,
    Refuses,
    DoesNotAnswer,
}

pub(crate) struct Script {
    /// Takes every call and answers none.
    pub(crate) silent: bool,
    pub(crate) locked: bool,
    /// Shows neither items nor a default collection while locked, as KeePassXC does.
    pub(crate) hides_what_is_locked: bool,
    pub(crate) owner: Owner,
    item: Option<Vec<u8>>,
}

/// The service, on a bus of its own.
pub(crate) struct ScriptedService {
    bus: SessionBus,
    script: Arc<Mutex<Script>>,
    calls: watch::Receiver<Vec<String>>,
}

impl ScriptedService {
    pub(crate) async fn start() -> Self {
        let bus = SessionBus::start();
        let connection = bus.connect().await;
        let mut messages = MessageStream::from(&connection);
        connection
            .request_name("org.freedesktop.secrets")
            .await
            .unwrap();
        let script = Arc::new(Mutex::new(Script {
            silent: false,
            locked: false,
            hides_what_is_locked: false,
            owner: Owner::IsLeftAlone,
            item: None,
        }));
        let (tell, calls) = watch::channel(Vec::new());
        let follows = Arc::clone(&script);
        tokio::spawn(async move {
            while let Some(Ok(message)) = messages.next().await {
                if message.message_type() == Type::MethodCall {
                    let method = message.header().member().unwrap().to_string();
                    tell.send_modify(|calls| calls.push(method.clone()));
                    let silent = follows.lock().unwrap().silent;
                    if !silent {
                        answer(&connection, &follows, &method, &message).await;
                    }
                }
            }
        });
        Self { bus, script, calls }
    }

    pub(crate) fn keychain(&self) -> Keychain {
        self.bus.keychain()
    }

    pub(crate) fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap()
    }

    /// How often a method was called.
    pub(crate) fn count(&self, method: &str) -> usize {
        self.calls
            .borrow()
            .iter()
            .filter(|call| *call == method)
            .count()
    }

    /// Waits until a method was called.
    pub(crate) async fn until_called(&self, method: &str) {
        self.calls
            .clone()
            .wait_for(|calls| calls.iter().any(|call| call == method))
            .await
            .unwrap();
    }
}

async fn answer(connection: &Connection, script: &Mutex<Script>, method: &str, message: &Message) {
    let call = message.header();
    let path = |text: &'static str| ObjectPath::try_from(text).unwrap();
    let (locked, hidden, has_item, owner) = {
        let script = script.lock().unwrap();
        (
            script.locked,
            script.locked && script.hides_what_is_locked,
            script.item.is_some(),
            script.owner,
        )
    };
    let none = Vec::<ObjectPath<'_>>::new;
    match method {
        "OpenSession" => {
            connection
                .reply(&call, &(Variant::from(""), path(SESSION)))
                .await
        }
        "Close" | "Dismiss" => connection.reply(&call, &()).await,
        "SearchItems" if hidden || !has_item => connection.reply(&call, &(none(), none())).await,
        "SearchItems" if locked => connection.reply(&call, &(none(), vec![path(ITEM)])).await,
        "SearchItems" => connection.reply(&call, &(vec![path(ITEM)], none())).await,
        "ReadAlias" => {
            connection
                .reply(&call, &path(if hidden { "/" } else { COLLECTION }))
                .await
        }
        "Get" => {
            let (_, property): (String, String) = message.body().deserialize().unwrap();
            match property.as_str() {
                "Collections" => {
                    connection
                        .reply(&call, &Variant::from(vec![path(COLLECTION)]))
                        .await
                }
                "Locked" => connection.reply(&call, &Variant::from(locked)).await,
                other => panic!("nobody needs the property {other}"),
            }
        }
        "Unlock" => connection.reply(&call, &(none(), path(PROMPT))).await,
        "Prompt" => {
            connection.reply(&call, &()).await.unwrap();
            let dismissed = match owner {
                Owner::IsLeftAlone => panic!("the owner was to be left alone"),
                Owner::DoesNotAnswer => return,
                Owner::Refuses => true,
                Owner::Unlocks => {
                    script.lock().unwrap().locked = false;
                    false
                }
            };
            let result = (dismissed, Variant::from(none()));
            let interface = "org.freedesktop.Secret.Prompt";
            connection
                .emit_signal(None::<&str>, PROMPT, interface, "Completed", &result)
                .await
        }
        "GetSecret" => {
            let item = script.lock().unwrap().item.clone().unwrap();
            connection
                .reply(
                    &call,
                    &((path(SESSION), Vec::<u8>::new(), item, "text/plain"),),
                )
                .await
        }
        "CreateItem" => {
            let body = message.body();
            let (_, secret, _): (HashMap<String, OwnedVariant>, Secret, bool) =
                body.deserialize().unwrap();
            script.lock().unwrap().item = Some(secret.2);
            connection.reply(&call, &(path(ITEM), path("/"))).await
        }
        other => panic!("nobody needs the method {other}"),
    }
    .unwrap();
}
