//! A real keychain: the key is there, locked, gone, another.

use std::time::{Duration, Instant};

use base64::Engine as _;
use connect_store::sealing::{KeyError, KeyPlace, KeyPreference, KeyState, Vault};

use crate::session_bus::Keyring;
use crate::{bytes_of, refused};

const ANOTHER_KEY: [u8; 32] = [0xee; 32];

async fn in_keychain(keyring: &Keyring, directory: &std::path::Path) -> Vault {
    let vault = Vault::create(
        directory,
        keyring.keychain(),
        KeyPreference::Keychain,
        &mut bytes_of(1),
    )
    .await
    .unwrap();
    assert_eq!(
        vault.status().place,
        Some(KeyPlace::Keychain),
        "{}",
        vault.status()
    );
    vault
}

fn text(key: &[u8]) -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(key)
}

#[tokio::test]
async fn a_key_made_in_the_keychain_is_read_by_the_next_process() {
    let keyring = Keyring::start().await;
    let dir = tempfile::tempdir().unwrap();
    let made = in_keychain(&keyring, dir.path()).await;
    assert_eq!(made.state(), KeyState::Available);
    assert_eq!(made.status().notice, None);
    let sealed = made.sealer().await.unwrap().seal(b"value", b"row", [2; 24]);

    let again = Vault::open(dir.path(), keyring.keychain());
    assert_eq!(again.state(), KeyState::NotRead);
    assert_eq!(
        *again.sealer().await.unwrap().open(&sealed, b"row").unwrap(),
        b"value"
    );
    assert_eq!(again.state(), KeyState::Available);

    let files: Vec<_> = dir
        .path()
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(files, ["sealing.json"], "the key itself is in no file");
    assert_eq!(keyring.contents(&made).await, [text(&[1; 32])]);
}

#[tokio::test]
async fn a_locked_keychain_says_so_at_once_and_gives_the_key_once_unlocked() {
    let keyring = Keyring::start().await;
    let dir = tempfile::tempdir().unwrap();
    in_keychain(&keyring, dir.path()).await;
    keyring.lock().await;

    let vault = Vault::open(dir.path(), keyring.keychain());
    let asked = Instant::now();
    assert_eq!(refused(&vault).await, KeyError::Locked);
    assert!(
        asked.elapsed() < Duration::from_secs(2),
        "took {:?}",
        asked.elapsed()
    );

    keyring.unlock().await;
    vault.sealer().await.unwrap();
    assert_eq!(vault.state(), KeyState::Available);
}

#[tokio::test]
async fn a_key_once_read_survives_the_locking_of_its_keychain() {
    let keyring = Keyring::start().await;
    let dir = tempfile::tempdir().unwrap();
    in_keychain(&keyring, dir.path()).await;
    let vault = Vault::open(dir.path(), keyring.keychain());
    vault.sealer().await.unwrap();
    keyring.lock().await;
    vault.sealer().await.unwrap();
}

#[tokio::test]
async fn a_locked_keychain_that_can_ask_nobody_stays_locked() {
    let keyring = Keyring::start().await;
    let dir = tempfile::tempdir().unwrap();
    in_keychain(&keyring, dir.path()).await;
    keyring.lock().await;
    let vault = Vault::open(dir.path(), keyring.keychain());
    assert_eq!(
        vault.unlock(Duration::from_secs(1)).await.unwrap_err(),
        KeyError::Locked
    );
}

#[tokio::test]
async fn a_deleted_entry_is_absent() {
    let keyring = Keyring::start().await;
    let dir = tempfile::tempdir().unwrap();
    let made = in_keychain(&keyring, dir.path()).await;
    keyring.delete(&made).await;

    let vault = Vault::open(dir.path(), keyring.keychain());
    let error = refused(&vault).await;
    assert!(
        matches!(
            error,
            KeyError::Absent {
                place: KeyPlace::Keychain,
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_deleted_entry_of_a_locked_keychain_is_locked_until_one_can_know() {
    let keyring = Keyring::start().await;
    let dir = tempfile::tempdir().unwrap();
    let made = in_keychain(&keyring, dir.path()).await;
    keyring.delete(&made).await;
    keyring.lock().await;
    let vault = Vault::open(dir.path(), keyring.keychain());
    assert_eq!(refused(&vault).await, KeyError::Locked);
    keyring.unlock().await;
    assert!(matches!(refused(&vault).await, KeyError::Absent { .. }));
}

#[tokio::test]
async fn another_key_in_the_entry_is_changed() {
    let keyring = Keyring::start().await;
    let dir = tempfile::tempdir().unwrap();
    let made = in_keychain(&keyring, dir.path()).await;
    let vault = Vault::open(dir.path(), keyring.keychain());

    keyring.replace(&made, &text(&ANOTHER_KEY)).await;
    let another = KeyError::Changed {
        place: KeyPlace::Keychain,
        why: "its fingerprint is another".to_owned(),
    };
    assert_eq!(refused(&vault).await, another);

    keyring.replace(&made, &text(&ANOTHER_KEY[1..])).await;
    let short = KeyError::Changed {
        place: KeyPlace::Keychain,
        why: "it is 31 bytes long, not 32".to_owned(),
    };
    assert_eq!(refused(&vault).await, short);

    keyring.replace(&made, &text(&[1; 32])).await;
    vault.sealer().await.unwrap();
}

#[tokio::test]
async fn of_several_entries_the_right_one_is_taken() {
    let keyring = Keyring::start().await;
    let dir = tempfile::tempdir().unwrap();
    let made = in_keychain(&keyring, dir.path()).await;
    keyring.replace(&made, &text(&ANOTHER_KEY)).await;
    keyring.add(&made, &text(&[1; 32])).await;
    assert_eq!(keyring.contents(&made).await.len(), 2);
    Vault::open(dir.path(), keyring.keychain())
        .sealer()
        .await
        .unwrap();
}

#[tokio::test]
async fn the_conversation_with_the_keychain_ends_with_the_reading() {
    let keyring = Keyring::start().await;
    let dir = tempfile::tempdir().unwrap();
    in_keychain(&keyring, dir.path()).await;
    let vault = Vault::open(dir.path(), keyring.keychain());
    vault.sealer().await.unwrap();
    keyring.until_everybody_else_hung_up().await;
}

/// How many threads (`task`) or open files (`fd`) this process has.
fn count(of: &str) -> usize {
    std::fs::read_dir(format!("/proc/self/{of}"))
        .unwrap()
        .count()
}

/// Counts threads and files of the whole process, so it starts itself again as a process of its own.
#[test]
fn nothing_is_left_of_a_reading_but_the_key() {
    const ALONE: &str = "SEALING_TEST_RUNS_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let name = "keyring::nothing_is_left_of_a_reading_but_the_key";
        let status = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--test-threads=1", "--nocapture"])
            .env(ALONE, "1")
            .status()
            .unwrap();
        assert!(status.success());
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let keyring = Keyring::start().await;
        let dir = tempfile::tempdir().unwrap();
        in_keychain(&keyring, dir.path()).await;
        keyring.until_everybody_else_hung_up().await;
        let before = (count("task"), count("fd"));
        let vault = Vault::open(dir.path(), keyring.keychain());
        vault.sealer().await.unwrap();
        keyring.until_everybody_else_hung_up().await;
        // The bus saw the connection go; the thread that held it may be at its last instruction.
        let left = Instant::now();
        while count("task") > before.0 || count("fd") > before.1 {
            assert!(
                left.elapsed() < Duration::from_secs(10),
                "{:?} now, {before:?} before",
                (count("task"), count("fd"))
            );
            std::thread::yield_now();
        }
    });
}
