//! No keychain when the key is made: a file, said aloud. No keychain later: never another place.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use connect_store::sealing::{KeyError, KeyPlace, KeyPreference, Keychain, Vault};

use crate::session_bus::{Keyring, SessionBus};
use crate::{bytes_of, refused};

async fn falls_back_to_a_file(directory: &Path, keychain: Keychain) -> String {
    let vault = Vault::create(
        directory,
        keychain.clone(),
        KeyPreference::Keychain,
        &mut bytes_of(1),
    )
    .await
    .unwrap();
    assert_eq!(vault.status().place, Some(KeyPlace::File));
    let mode = fs::metadata(directory.join("sealing.key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let sealed = vault
        .sealer()
        .await
        .unwrap()
        .seal(b"value", b"row", [2; 24]);

    let again = Vault::open(directory, keychain);
    assert_eq!(
        *again.sealer().await.unwrap().open(&sealed, b"row").unwrap(),
        b"value"
    );
    assert_eq!(
        again.status().notice,
        vault.status().notice,
        "it is said on every start"
    );
    let notice = vault
        .status()
        .notice
        .expect("a file in place of a keychain is said aloud");
    notice.replace(&directory.display().to_string(), "<dir>")
}

#[tokio::test]
async fn without_a_session_bus_the_key_is_in_an_owner_only_file_and_this_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let nowhere = Keychain::on_bus("unix:path=/nonexistent/bus");
    insta::assert_snapshot!(falls_back_to_a_file(dir.path(), nowhere).await, @"The sealing key is in <dir>/sealing.key, for your user only: there is no D-Bus session bus.");
}

#[tokio::test]
async fn on_a_bus_without_a_keychain_program_likewise() {
    let bus = SessionBus::start();
    let dir = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(falls_back_to_a_file(dir.path(), bus.keychain()).await, @"The sealing key is in <dir>/sealing.key, for your user only: no keychain program offers the Secret Service on the session bus.");
}

#[tokio::test]
async fn with_a_locked_keychain_likewise() {
    let keyring = Keyring::start().await;
    keyring.lock().await;
    let dir = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(falls_back_to_a_file(dir.path(), keyring.keychain()).await, @"The sealing key is in <dir>/sealing.key, for your user only: the keychain is locked.");
}

/// The process's own session, with and without one. The process's environment cannot be changed here, so the test
/// starts itself again in another.
#[test]
fn the_session_of_the_process_is_found_by_its_environment() {
    const DIRECTORY: &str = "SEALING_TEST_DIRECTORY";
    if let Some(directory) = std::env::var_os(DIRECTORY) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut random = bytes_of(1);
            let keychain = Keychain::of_this_session();
            let made = Vault::create(
                directory.as_ref(),
                keychain,
                KeyPreference::Keychain,
                &mut random,
            );
            let place = made.await.unwrap().status().place.unwrap();
            fs::write(Path::new(&directory).join("place"), place.as_str()).unwrap();
        });
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let keyring = runtime.block_on(Keyring::start());
    for (address, expected) in [(Some(&keyring.bus.address), "keychain"), (None, "file")] {
        let dir = tempfile::tempdir().unwrap();
        let mut again = std::process::Command::new(std::env::current_exe().unwrap());
        again
            .args([
                "--exact",
                "no_keychain::the_session_of_the_process_is_found_by_its_environment",
                "--nocapture",
            ])
            .env(DIRECTORY, dir.path())
            .env("XDG_RUNTIME_DIR", dir.path())
            .env_remove("DBUS_SESSION_BUS_ADDRESS");
        if let Some(address) = address {
            again.env("DBUS_SESSION_BUS_ADDRESS", address);
        }
        assert!(again.status().unwrap().success());
        assert_eq!(
            fs::read_to_string(dir.path().join("place")).unwrap(),
            expected
        );
    }
}

#[tokio::test]
async fn a_key_that_is_in_the_keychain_is_never_sought_elsewhere() {
    let keyring = Keyring::start().await;
    let dir = tempfile::tempdir().unwrap();
    let made = Vault::create(
        dir.path(),
        keyring.keychain(),
        KeyPreference::Keychain,
        &mut bytes_of(1),
    );
    assert_eq!(made.await.unwrap().status().place, Some(KeyPlace::Keychain));
    // The very key, in a very good file, where it is not recorded.
    let other = tempfile::tempdir().unwrap();
    crate::in_file(other.path(), 1).await;
    fs::copy(
        other.path().join("sealing.key"),
        dir.path().join("sealing.key"),
    )
    .unwrap();
    drop(keyring);

    let vault = Vault::open(dir.path(), Keychain::on_bus("unix:path=/nonexistent/bus"));
    let error = refused(&vault).await;
    assert!(
        matches!(
            error,
            KeyError::Unreachable {
                place: KeyPlace::Keychain,
                ..
            }
        ),
        "{error:?}"
    );

    let bus = SessionBus::start();
    let vault = Vault::open(dir.path(), bus.keychain());
    insta::assert_snapshot!(refused(&vault).await, @"The sealing key is in the system keychain, which cannot be reached (no keychain program offers the Secret Service on the session bus). Start the program where it can be reached and try again. If it never will be, confirm that a new key is made: everything sealed so far is then lost.");
}
