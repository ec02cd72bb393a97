//! The key in a file, and what may become of the file and of the record beside it.

use std::fs;

use connect_store::sealing::{KeyError, KeyPlace, KeyPreference, KeyState, Keychain, Vault};

use crate::{bytes_of, in_file, refused};

fn open(directory: &std::path::Path) -> Vault {
    Vault::open(directory, Keychain::of_this_session())
}

#[tokio::test]
async fn a_key_in_a_file_is_read_when_first_needed() {
    let dir = tempfile::tempdir().unwrap();
    let made = in_file(dir.path(), 1).await;
    let sealed = made.sealer().await.unwrap().seal(b"value", b"row", [2; 24]);
    assert_eq!(
        made.status().notice,
        None,
        "a file that was asked for needs no excuse"
    );

    let vault = open(dir.path());
    assert_eq!(vault.state(), KeyState::NotRead);
    assert_eq!(vault.status().place, Some(KeyPlace::File));
    assert!(vault.sealer_if_read().is_none());
    assert_eq!(
        *vault.sealer().await.unwrap().open(&sealed, b"row").unwrap(),
        b"value"
    );
    assert!(vault.sealer_if_read().is_some());
}

#[tokio::test]
async fn a_missing_file_is_absent_and_found_again_when_put_back() {
    let dir = tempfile::tempdir().unwrap();
    in_file(dir.path(), 1).await;
    let (file, aside) = (dir.path().join("sealing.key"), dir.path().join("aside"));
    fs::rename(&file, &aside).unwrap();
    let vault = open(dir.path());
    let error = refused(&vault).await;
    assert!(
        matches!(&error, KeyError::Absent { path: Some(path), .. } if *path == file),
        "{error:?}"
    );
    fs::rename(&aside, &file).unwrap();
    vault.sealer().await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_others_can_read_is_not_used_until_closed_to_them() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    in_file(dir.path(), 1).await;
    let file = dir.path().join("sealing.key");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let vault = open(dir.path());
    assert_eq!(
        refused(&vault).await,
        KeyError::Exposed {
            path: file.clone(),
            mode: 0o644
        }
    );
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    vault.sealer().await.unwrap();
}

#[tokio::test]
async fn another_file_is_changed() {
    let dir = tempfile::tempdir().unwrap();
    in_file(dir.path(), 1).await;
    let file = dir.path().join("sealing.key");
    let original = fs::read_to_string(&file).unwrap();
    let vault = open(dir.path());
    for (content, why) in [
        (original.replace('A', "B"), "its fingerprint is another"),
        (original[..40].to_owned(), "it is 30 bytes long, not 32"),
        (String::new(), "it is 0 bytes long, not 32"),
        ("no key!\n".to_owned(), "it is not base64url text"),
    ] {
        fs::write(&file, content).unwrap();
        let changed = KeyError::Changed {
            place: KeyPlace::File,
            why: why.to_owned(),
        };
        assert_eq!(refused(&vault).await, changed);
    }
}

#[tokio::test]
async fn without_its_record_the_workspace_opens_and_says_lost() {
    let dir = tempfile::tempdir().unwrap();
    in_file(dir.path(), 1).await;
    let record = dir.path().join("sealing.json");
    let good = fs::read(&record).unwrap();
    let vault = open(dir.path());
    for damaged in [
        None,
        Some(&good[..good.len() / 2]),
        Some(b"{\"version\": 9}"),
    ] {
        match damaged {
            None => fs::remove_file(&record).unwrap(),
            Some(text) => fs::write(&record, text).unwrap(),
        }
        assert_eq!(
            open(dir.path()).state().as_str(),
            "lost",
            "known without reading the key"
        );
        assert_eq!(refused(&vault).await.as_str(), "lost");
        assert_eq!(vault.status().place, None);
    }
    fs::write(&record, good).unwrap();
    vault.sealer().await.unwrap();
    assert_eq!(vault.status().place, Some(KeyPlace::File));
}

#[tokio::test]
async fn making_a_key_where_there_is_one_opens_it_instead() {
    let dir = tempfile::tempdir().unwrap();
    let first = in_file(dir.path(), 1).await;
    let sealed = first
        .sealer()
        .await
        .unwrap()
        .seal(b"value", b"row", [2; 24]);
    let second = in_file(dir.path(), 2).await;
    assert_eq!(
        *second
            .sealer()
            .await
            .unwrap()
            .open(&sealed, b"row")
            .unwrap(),
        b"value"
    );
}

#[tokio::test]
async fn a_directory_that_cannot_be_written_keeps_no_key() {
    let dir = tempfile::tempdir().unwrap();
    let nowhere = dir.path().join("nowhere");
    let made = Vault::create(
        &nowhere,
        Keychain::of_this_session(),
        KeyPreference::File,
        &mut bytes_of(1),
    );
    assert_eq!(made.await.unwrap_err().kind(), std::io::ErrorKind::NotFound);
}

#[tokio::test]
async fn a_key_in_memory_leaves_no_trace_and_is_always_there() {
    let vault = Vault::in_memory(&mut bytes_of(1));
    assert_eq!(vault.state(), KeyState::Available);
    assert_eq!(vault.status().place, Some(KeyPlace::Memory));
    let sealed = vault
        .sealer()
        .await
        .unwrap()
        .seal(b"value", b"row", [2; 24]);
    assert_eq!(
        *vault
            .sealer_if_read()
            .unwrap()
            .open(&sealed, b"row")
            .unwrap(),
        b"value"
    );
}

#[tokio::test]
async fn nothing_printed_shows_the_key() {
    let dir = tempfile::tempdir().unwrap();
    let vault = in_file(dir.path(), 1).await;
    let key = fs::read_to_string(dir.path().join("sealing.key")).unwrap();
    let sealer = vault.sealer().await.unwrap();
    let record = fs::read_to_string(dir.path().join("sealing.json")).unwrap();
    for shown in [
        format!("{vault:?}"),
        format!("{sealer:?}"),
        vault.status().to_string(),
        record,
    ] {
        assert!(!shown.contains(key.trim()), "{shown}");
    }
}
