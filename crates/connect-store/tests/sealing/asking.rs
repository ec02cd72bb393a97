//! Asking the owner to unlock the keychain: only when told to, and only so long.

use std::path::Path;
use std::time::Duration;

use connect_store::sealing::{KeyError, KeyPlace, KeyPreference, KeyState, Vault};

use crate::scripted::{Owner, ScriptedService};
use crate::{bytes_of, refused};

const LONG: Duration = Duration::from_mins(1);

/// A workspace whose key is in a keychain that is now locked.
async fn locked(service: &ScriptedService, directory: &Path) -> Vault {
    let made = Vault::create(
        directory,
        service.keychain(),
        KeyPreference::Keychain,
        &mut bytes_of(1),
    )
    .await
    .unwrap();
    assert_eq!(made.status().place, Some(KeyPlace::Keychain));
    service.script().locked = true;
    Vault::open(directory, service.keychain())
}

#[tokio::test]
async fn reading_asks_nobody() {
    let service = ScriptedService::start().await;
    let dir = tempfile::tempdir().unwrap();
    let vault = locked(&service, dir.path()).await;
    assert_eq!(refused(&vault).await, KeyError::Locked);
    assert_eq!((service.count("Unlock"), service.count("Prompt")), (0, 0));
}

#[tokio::test]
async fn an_owner_who_unlocks_gives_the_key() {
    let service = ScriptedService::start().await;
    let dir = tempfile::tempdir().unwrap();
    let vault = locked(&service, dir.path()).await;
    service.script().owner = Owner::Unlocks;
    vault.unlock(LONG).await.unwrap();
    assert_eq!(vault.state(), KeyState::Available);
}

#[tokio::test]
async fn an_owner_who_refuses_leaves_it_locked() {
    let service = ScriptedService::start().await;
    let dir = tempfile::tempdir().unwrap();
    let vault = locked(&service, dir.path()).await;
    service.script().owner = Owner::Refuses;
    assert_eq!(vault.unlock(LONG).await.unwrap_err(), KeyError::Locked);
}

#[tokio::test]
async fn an_owner_who_does_not_answer_is_asked_no_longer_than_there_is_patience() {
    let service = ScriptedService::start().await;
    let dir = tempfile::tempdir().unwrap();
    let vault = locked(&service, dir.path()).await;
    service.script().owner = Owner::DoesNotAnswer;
    assert_eq!(
        vault.unlock(Duration::from_millis(100)).await.unwrap_err(),
        KeyError::Locked
    );
    assert_eq!(service.count("Dismiss"), 1, "the question is taken back");
}

#[tokio::test]
async fn while_the_owner_is_asked_everybody_else_hears_locked_at_once() {
    let service = ScriptedService::start().await;
    let dir = tempfile::tempdir().unwrap();
    let vault = locked(&service, dir.path()).await;
    service.script().owner = Owner::DoesNotAnswer;
    let asking = tokio::spawn({
        let vault = vault.clone();
        async move { vault.unlock(Duration::from_secs(1)).await.map(drop) }
    });
    service.until_called("Prompt").await;
    assert_eq!(vault.sealer().await.unwrap_err(), KeyError::Locked);
    assert!(!asking.is_finished());
    // A second person who asks joins the first.
    assert_eq!(vault.unlock(LONG).await.unwrap_err(), KeyError::Locked);
    assert_eq!(asking.await.unwrap().unwrap_err(), KeyError::Locked);
    assert_eq!(service.count("Prompt"), 1);
}

#[tokio::test]
async fn a_service_that_hides_what_is_locked_is_locked_and_not_empty() {
    let service = ScriptedService::start().await;
    let dir = tempfile::tempdir().unwrap();
    let vault = locked(&service, dir.path()).await;
    service.script().hides_what_is_locked = true;
    assert_eq!(refused(&vault).await, KeyError::Locked);
    service.script().owner = Owner::Unlocks;
    vault.unlock(LONG).await.unwrap();
}
