//! A new key after the old one is gone: only when it is gone, only once, and with nothing deleted.

use std::fs;
use std::path::Path;

#[cfg(unix)]
use connect_store::sealing::KeyError;
use connect_store::sealing::{
    Confirmed, KeyPreference, KeyState, Keychain, RemakeError, SealError, Vault,
};

use crate::{bytes_of, in_file};

async fn remade(vault: &Vault, seed: u8) -> Result<(), RemakeError> {
    vault
        .remake(Confirmed, KeyPreference::File, &mut bytes_of(seed))
        .await
        .map(drop)
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> = directory
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn after_the_key_is_gone_a_new_one_is_made_and_old_values_are_lost() {
    let dir = tempfile::tempdir().unwrap();
    let old = in_file(dir.path(), 1)
        .await
        .sealer()
        .await
        .unwrap()
        .seal(b"value", b"row", [2; 24]);
    fs::remove_file(dir.path().join("sealing.key")).unwrap();

    let vault = Vault::open(dir.path(), Keychain::of_this_session());
    remade(&vault, 7).await.unwrap();
    assert_eq!(vault.state(), KeyState::Available);
    let sealer = vault.sealer().await.unwrap();
    assert_eq!(sealer.open(&old, b"row").unwrap_err(), SealError::OtherKey);

    let new = sealer.seal(b"new", b"row", [3; 24]);
    let again = Vault::open(dir.path(), Keychain::of_this_session());
    assert_eq!(
        *again.sealer().await.unwrap().open(&new, b"row").unwrap(),
        b"new"
    );
}

#[tokio::test]
async fn a_damaged_record_and_a_changed_key_are_kept_beside_the_new_ones() {
    let dir = tempfile::tempdir().unwrap();
    in_file(dir.path(), 1).await;
    fs::write(dir.path().join("sealing.json"), "damaged").unwrap();
    let vault = Vault::open(dir.path(), Keychain::of_this_session());
    remade(&vault, 7).await.unwrap();
    let id = "07".repeat(16);
    assert_eq!(
        names(dir.path()),
        [
            "sealing.json".to_owned(),
            format!("sealing.json.before-{id}"),
            "sealing.key".to_owned(),
            format!("sealing.key.before-{id}")
        ]
    );
    assert_eq!(
        fs::read_to_string(dir.path().join(format!("sealing.json.before-{id}"))).unwrap(),
        "damaged"
    );
}

#[tokio::test]
async fn a_key_that_is_there_is_not_replaced() {
    let dir = tempfile::tempdir().unwrap();
    in_file(dir.path(), 1).await;
    // It was not read yet: the vault looks before it believes the confirmation.
    let vault = Vault::open(dir.path(), Keychain::of_this_session());
    assert!(matches!(
        remade(&vault, 7).await,
        Err(RemakeError::StillAvailable)
    ));
    let vault = Vault::in_memory(&mut bytes_of(1));
    assert!(matches!(
        remade(&vault, 7).await,
        Err(RemakeError::StillAvailable)
    ));
}

#[cfg(unix)]
#[tokio::test]
async fn a_key_that_may_come_back_is_not_replaced() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    in_file(dir.path(), 1).await;
    fs::set_permissions(
        dir.path().join("sealing.key"),
        fs::Permissions::from_mode(0o644),
    )
    .unwrap();
    let vault = Vault::open(dir.path(), Keychain::of_this_session());
    let error = remade(&vault, 7).await.unwrap_err();
    assert!(
        matches!(error, RemakeError::MayComeBack(KeyError::Exposed { .. })),
        "{error:?}"
    );
    assert_eq!(names(dir.path()), ["sealing.json", "sealing.key"]);
}

#[tokio::test]
async fn two_confirmations_at_once_make_one_key() {
    let dir = tempfile::tempdir().unwrap();
    in_file(dir.path(), 1).await;
    fs::remove_file(dir.path().join("sealing.key")).unwrap();
    let vault = Vault::open(dir.path(), Keychain::of_this_session());
    let (one, other) = tokio::join!(remade(&vault, 7), remade(&vault, 8));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
}

#[cfg(all(unix, not(target_os = "macos")))]
#[tokio::test]
async fn an_entry_deleted_from_the_keychain_can_be_made_anew_but_a_locked_one_cannot() {
    let keyring = crate::session_bus::Keyring::start().await;
    let dir = tempfile::tempdir().unwrap();
    let made = Vault::create(
        dir.path(),
        keyring.keychain(),
        KeyPreference::Keychain,
        &mut bytes_of(1),
    )
    .await
    .unwrap();
    keyring.delete(&made).await;

    let vault = Vault::open(dir.path(), keyring.keychain());
    keyring.lock().await;
    let locked = vault
        .remake(Confirmed, KeyPreference::Keychain, &mut bytes_of(7))
        .await
        .unwrap_err();
    assert!(
        matches!(locked, RemakeError::MayComeBack(KeyError::Locked)),
        "{locked:?}"
    );
    keyring.unlock().await;
    vault
        .remake(Confirmed, KeyPreference::Keychain, &mut bytes_of(7))
        .await
        .unwrap();
    assert_eq!(keyring.contents(&vault).await.len(), 1);
    Vault::open(dir.path(), keyring.keychain())
        .sealer()
        .await
        .unwrap();
}
