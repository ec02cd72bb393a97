//! `sandbox_health`.

use std::path::Path;

use connect_core::Timestamp;
use connect_rpc::Nothing;
use connect_rpc::sandbox as rpc;
use connect_rpc::wire::Runtime;
use connect_store::traffic::{Part, TrafficQuery};
use url::Url;

use super::super::{Answer, broken, traffic};
use super::notices;
use crate::App;
use crate::control::RUNTIME_FILE;

/// One hour, in milliseconds.
const HOUR: i64 = 3_600_000;
const MEBIBYTE: u64 = 1024 * 1024;
/// A file that is this full, in hundredths of its limit, is worth a word.
const NEARLY_FULL: u64 = 90;

pub(in crate::commands) async fn health(app: &App, _: Nothing) -> Answer<rpc::SandboxHealth> {
    traffic::settle(app).await?;
    let retention = retention(app).await?;
    let mut notices = notices::all(app);
    notices.extend(nearly_full(&retention));
    notices.sort_by_key(|notice| notice.level);
    Ok(rpc::SandboxHealth {
        listeners: listeners(app),
        key: super::key(app),
        files: vec![
            file("world", app.0.world.path()),
            file("traffic", app.0.traffic.path()),
        ],
        last_hour: last_hour(app).await?,
        retention,
        notices,
    })
}

fn listeners(app: &App) -> Vec<rpc::ListenerHealth> {
    let addresses = &app.0.addresses;
    let port = |url: &str| {
        Url::parse(url)
            .ok()
            .and_then(|url| url.port_or_known_default())
    };
    let mut names = vec!["localhost, 127.0.0.1 and [::1]".to_owned()];
    names.extend(app.0.config.allow_hosts.iter().cloned());
    let mut all = vec![rpc::ListenerHealth {
        name: "platform".to_owned(),
        carries: "Every Loop service: what apps and browsers ask".to_owned(),
        address: addresses.platform.clone(),
        port: port(&addresses.platform),
        reach: if addresses.open_to_others {
            rpc::Reach::OtherMachines
        } else {
            rpc::Reach::ThisMachine
        },
        guard: format!("Host is one of {}", names.join(", ")),
    }];
    if let Some(control) = &addresses.control {
        all.push(rpc::ListenerHealth {
            name: "control".to_owned(),
            carries: "Every command, and this console in a browser".to_owned(),
            address: control.url.clone(),
            port: port(&control.url),
            reach: rpc::Reach::ThisMachine,
            guard: "A token that is new with every start; no other origin".to_owned(),
        });
    }
    all.push(rpc::ListenerHealth {
        name: "control_socket".to_owned(),
        carries: "Every command, for the command line".to_owned(),
        address: socket(app),
        port: None,
        reach: rpc::Reach::Owner,
        guard: "The file's permission".to_owned(),
    });
    all
}

/// The local socket's address, as other programs find it.
fn socket(app: &App) -> String {
    std::fs::read_to_string(app.data_dir().join(RUNTIME_FILE))
        .ok()
        .and_then(|text| serde_json::from_str::<Runtime>(&text).ok())
        .map_or_else(String::new, |runtime| runtime.socket)
}

/// A database file with its write-ahead log.
fn file(name: &str, path: &Path) -> rpc::FileHealth {
    let length = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    rpc::FileHealth {
        name: name.to_owned(),
        path: path.display().to_string(),
        bytes: length(path) + length(Path::new(&log)),
    }
}

async fn retention(app: &App) -> Answer<rpc::RetentionHealth> {
    let settings = app.0.settings.get();
    let oldest = Part {
        oldest_first: true,
        limit: 1,
        ..Part::default()
    };
    let page = app
        .0
        .traffic
        .list(&TrafficQuery::default(), oldest, None)
        .await
        .map_err(broken)?;
    let used = app.0.traffic.used_bytes().await.map_err(broken)?;
    Ok(rpc::RetentionHealth {
        exchanges: page.total,
        keep_exchanges: settings.keep_exchanges,
        bytes: u64::try_from(used).unwrap_or(0),
        keep_bytes: u64::from(settings.keep_mebibytes) * MEBIBYTE,
        oldest: page.rows.first().map(|exchange| exchange.wall),
        keep_days: settings.keep_days,
        pinned: page.pinned,
    })
}

fn nearly_full(retention: &rpc::RetentionHealth) -> Option<rpc::Notice> {
    let full = retention.bytes * 100 >= retention.keep_bytes * NEARLY_FULL;
    full.then(|| rpc::Notice {
        code: "traffic_nearly_full".to_owned(),
        level: rpc::NoticeLevel::Info,
        message: format!(
            "The traffic takes {} of {} MiB; the oldest exchanges go as new ones come.",
            retention.bytes / MEBIBYTE,
            retention.keep_bytes / MEBIBYTE
        ),
        fix: Some(rpc::Fix {
            label: "Keep twice as much".to_owned(),
            command: "settings_update".to_owned(),
            payload: serde_json::json!({ "keep_mebibytes": retention.keep_bytes / MEBIBYTE * 2 }),
            loses: false,
        }),
        outside: None,
    })
}

async fn last_hour(app: &App) -> Answer<rpc::LastHour> {
    let since = app.0.env.wall_now().plus_millis(-HOUR);
    let tally = app.0.traffic.tally_since(since).await.map_err(broken)?;
    Ok(rpc::LastHour {
        exchanges: tally.exchanges,
        refusals: tally.refusals,
        findings: tally.findings,
        failures: tally.failures,
        since: tally.since.map(Timestamp::from_millis),
    })
}
