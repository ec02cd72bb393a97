//! Nothing that opens a door is readable anywhere but in the one sealed table: not in a file of the data directory, not
//! in a log at any level. And whoever may see an exchange gets its bytes back exactly as they were.
//!
//! The day runs in a process of its own, so that the log of everything in it is the log of this day alone.

mod day;
mod mistakes;
mod shown;

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connect_app::Config;
use connect_core::Env;

use self::day::{a_morning_without_the_key, administration, console, services, the_flow};
use self::mistakes::{mistakes_with_secrets, mistakes_with_tokens};
use self::shown::{everything_is_revealed_as_it_was, what_is_shown_is_masked};
use crate::support::{Partner, Sandbox, Tokens};

/// Says where the data directory is, to the process in which the day runs.
const DIRECTORY: &str = "CONNECT_TEST_SECRECY_DIRECTORY";

const THIS: &str = "secrecy::a_whole_day_leaves_no_secret_readable_in_any_file_or_log";

/// As many characters of a secret in a row give it away.
const GIVEAWAY: usize = 16;

/// Lab values that stand in no log.
const LAB_VALUE: &str = "61.537914";

const LAB_NAME: &str = "Zebrafish marker";

/// What must not be found, by each of its giveaways.
#[derive(Default)]
struct Secrets(HashMap<[u8; GIVEAWAY], String>);

impl Secrets {
    /// The random part of `value`.
    fn add(&mut self, what: &str, value: &str) {
        let tail = [
            "lph_at_", "lph_rt_", "lph_ac_", "lph_ss_", "lph_cs_", "secret_", "whsec_", "ctl_",
        ]
        .iter()
        .find_map(|prefix| value.strip_prefix(prefix))
        .unwrap_or(value);
        assert!(tail.len() >= GIVEAWAY, "{what} is too short to look for");
        for window in tail.as_bytes().windows(GIVEAWAY) {
            self.0
                .insert(window.try_into().expect("its length"), what.to_owned());
        }
    }

    fn of_partner(&mut self, what: &str, partner: &Partner) {
        for (kind, secret) in [
            ("client secret", &partner.secret),
            ("webhook secret", &partner.webhook_secret),
        ] {
            if let Some(secret) = secret {
                self.add(&format!("{kind} of {what}"), secret);
            }
        }
        if let Some(secret) = &partner.secret {
            self.add(
                &format!("Basic credentials of {what}"),
                &STANDARD.encode(format!("{}:{secret}", partner.client_id))[40..],
            );
        }
    }

    fn of_tokens(&mut self, what: &str, tokens: &Tokens) {
        self.add(&format!("access token {what}"), &tokens.access);
        self.add(&format!("refresh token {what}"), &tokens.refresh);
        if let Some(id_token) = &tokens.id_token {
            self.add(&format!("id_token {what}"), id_token);
        }
    }

    /// The first secret in `bytes`, with what stands before it.
    fn found_in(&self, bytes: &[u8]) -> Option<String> {
        bytes
            .windows(GIVEAWAY)
            .enumerate()
            .find_map(|(at, window)| {
                let what = self.0.get(window)?;
                let before =
                    String::from_utf8_lossy(&bytes[at.saturating_sub(300)..at]).into_owned();
                Some(format!("{what}, after …{before}"))
            })
    }

    fn are_not_in_file(&self, path: &Path) {
        let bytes =
            std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        if let Some(found) = self.found_in(&bytes) {
            panic!("{} holds the {found}", path.display());
        }
    }
}

/// Every file below `directory`.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).expect("a folder") {
        let entry = entry.expect("an entry");
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            found.extend(files(&entry.path()));
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    found
}

#[test]
fn the_search_finds_what_is_there() {
    let mut secrets = Secrets::default();
    secrets.add(
        "token",
        "lph_at_3q2-7wABCDEFghijklmnop_qrstuvwxyz0123456789A",
    );
    let at = |bytes: &[u8]| secrets.found_in(bytes);
    assert!(
        at(b"xx mnop_qrstuvwxyz0123 xx")
            .is_some_and(|found| found.starts_with("token, after …xx "))
    );
    assert_eq!(at(b"mnop_qrstuvwxyz"), None);
    assert_eq!(at(b""), None);
}

#[test]
fn a_whole_day_leaves_no_secret_readable_in_any_file_or_log() {
    if let Some(directory) = std::env::var_os(DIRECTORY) {
        return in_this_process(Path::new(&directory));
    }
    let directory = tempfile::tempdir().expect("a folder");
    let mut day = Command::new(std::env::current_exe().expect("this program has a path"));
    day.args(["--exact", THIS, "--nocapture", "--test-threads=1"])
        .env(DIRECTORY, directory.path());
    let day = day.output().expect("this program starts");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&day.stdout),
        String::from_utf8_lossy(&day.stderr)
    );
    assert!(day.status.success() && said.contains("1 passed"), "{said}");
}

fn in_this_process(directory: &Path) {
    let log = directory.join("everything.log");
    let file = Mutex::new(File::create(&log).expect("a file"));
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(file);
    tracing::subscriber::set_global_default(subscriber.finish())
        .expect("the first in this process");
    tracing::trace!("the day begins");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let data = directory.join("data");
    runtime.block_on(async {
        let (sandbox, secrets) = a_whole_day(&data).await;
        everything_is_revealed_as_it_was(&sandbox).await;
        what_is_shown_is_masked(&sandbox, &secrets).await;
        // While it runs, with what is in the write-ahead logs, and afterwards.
        for path in files(&data) {
            secrets.are_not_in_file(&path);
        }
        sandbox.app.stop().await;
        let left = files(&data);
        let names: Vec<String> = left
            .iter()
            .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
            .collect();
        for expected in ["world.db", "traffic.db"] {
            assert!(names.iter().any(|name| name == expected), "{names:?}");
        }
        for path in left {
            secrets.are_not_in_file(&path);
        }
        a_morning_without_the_key(&data).await;
        for path in files(&data).into_iter().chain([log.clone()]) {
            secrets.are_not_in_file(&path);
        }
    });
    let traffic = std::fs::read(data.join("traffic.db")).expect("a file");
    assert!(
        crate::support::http::find(&traffic, b"[access_token ").is_some(),
        "tokens were there, and were cut"
    );
    let log = std::fs::read_to_string(&log).expect("text");
    assert!(log.contains("the day begins"), "the log was kept");
    assert!(
        log.contains("a request could not be answered"),
        "what fails is logged: {log}"
    );
    for value in [LAB_VALUE, LAB_NAME] {
        assert!(!log.contains(value), "a lab value is in the log");
    }
}

/// Everything that carries a secret, in every way it can be carried.
async fn a_whole_day(data: &Path) -> (Sandbox, Secrets) {
    let config = Config {
        control_port: Some(0),
        ..Config::at(data)
    };
    let mut sandbox = Sandbox::of(config, Arc::new(Env::system())).await;
    sandbox.kept = Some(Mutex::default());
    let mut secrets = Secrets::default();
    let (web, spa) = (sandbox.web().await, sandbox.spa().await);
    secrets.of_partner("the web app", &web);
    secrets.of_partner("the SPA", &spa);
    secrets.add(
        "control token",
        &sandbox.app.control().expect("asked for").token,
    );

    the_flow(&sandbox, &mut secrets, &web).await;
    let tokens = mistakes_with_tokens(&sandbox, &mut secrets, &web).await;
    mistakes_with_secrets(&sandbox, &mut secrets, &web, &spa).await;
    administration(&sandbox, &mut secrets, &web).await;
    console(&sandbox, &mut secrets, &web).await;
    services(&sandbox, &tokens).await;
    (sandbox, secrets)
}
