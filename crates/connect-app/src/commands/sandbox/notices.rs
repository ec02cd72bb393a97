//! What should be known or mended, each with the command that mends it. The worst come first.

use connect_core::domain::settings::Settings;
use connect_core::env::ClockState;
use connect_rpc::sandbox::{Fix, Notice, NoticeLevel};
use connect_store::sealing::{KeyError, KeyState};
use serde_json::{Value, json};

use crate::{App, Storage};

/// A sandbox clock that is further ahead than this is worth a word, in milliseconds.
const AHEAD: i64 = 1_000;

/// Every notice there is reason for now.
pub(super) fn all(app: &App) -> Vec<Notice> {
    let mut all = Vec::new();
    key(app, &mut all);
    ways_in(app, &mut all);
    switches(&app.0.settings.get(), &mut all);
    time(app, &mut all);
    if app.0.config.storage == Storage::Ephemeral {
        let message = "Nothing of this sandbox outlives the program.";
        all.push(notice("not_kept", NoticeLevel::Info, message));
    }
    all.sort_by_key(|notice| notice.level);
    all
}

fn notice(code: &str, level: NoticeLevel, message: impl Into<String>) -> Notice {
    Notice {
        code: code.to_owned(),
        level,
        message: message.into(),
        fix: None,
        outside: None,
    }
}

fn fix(label: &str, command: &str, payload: Value) -> Fix {
    Fix {
        label: label.to_owned(),
        command: command.to_owned(),
        payload,
        loses: false,
    }
}

fn key(app: &App, all: &mut Vec<Notice>) {
    let status = app.0.vault.status();
    if let KeyState::Unavailable(error) = &status.state {
        let gone = matches!(
            error,
            KeyError::Absent { .. }
                | KeyError::Changed { .. }
                | KeyError::Unreachable { .. }
                | KeyError::RecordMissing { .. }
                | KeyError::RecordDamaged { .. }
        );
        let mut bad = notice(
            &format!("key_{}", error.as_str()),
            NoticeLevel::Bad,
            error.to_string(),
        );
        bad.fix = gone.then(|| Fix {
            loses: true,
            ..fix("Make a new key", "keys_remake", json!({ "confirm": true }))
        });
        all.push(bad);
    }
    all.extend(
        status
            .notice
            .map(|why| notice("key_in_file", NoticeLevel::Warn, why)),
    );
}

fn ways_in(app: &App, all: &mut Vec<Notice>) {
    let addresses = &app.0.addresses;
    if addresses.open_to_others {
        let mut open = notice(
            "open_to_others",
            NoticeLevel::Warn,
            "This sandbox listens for other machines (--listen).",
        );
        open.outside = Some("Start it without --listen.".to_owned());
        all.push(open);
    }
    if addresses.hosts.is_open() {
        let names = app.0.config.allow_hosts.join(", ");
        let mut open = notice(
            "hosts_allowed",
            NoticeLevel::Warn,
            format!("Names beyond loopback are answered to: {names}."),
        );
        open.outside = Some("Start it without --allow-host.".to_owned());
        all.push(open);
    }
}

fn switches(settings: &Settings, all: &mut Vec<Notice>) {
    let change = |label: &str, payload: Value| Some(fix(label, "settings_update", payload));
    if settings.auto_approve.is_some() {
        let message = "Authorization requests are allowed without asking (auto-approve).";
        all.push(Notice {
            fix: change("Ask people again", json!({ "auto_approve": null })),
            ..notice("auto_approve", NoticeLevel::Warn, message)
        });
    }
    if settings.stamp_virtual_time {
        let message = "JWTs and introspection carry sandbox time untranslated.";
        all.push(Notice {
            fix: change("Translate it", json!({ "stamp_virtual_time": false })),
            ..notice("virtual_time", NoticeLevel::Warn, message)
        });
    }
    if settings.refresh_grace_seconds > 0 {
        let message = format!(
            "A rotated refresh token may be used again for {} s; no page documents that.",
            settings.refresh_grace_seconds
        );
        all.push(Notice {
            fix: change("No grace", json!({ "refresh_grace_seconds": 0 })),
            ..notice("refresh_grace", NoticeLevel::Info, message)
        });
    }
    if settings.userinfo {
        let message = "There is a userinfo endpoint; no page documents one.";
        all.push(Notice {
            fix: change("Take it away", json!({ "userinfo": false })),
            ..notice("userinfo", NoticeLevel::Info, message)
        });
    }
    if let Some(limit) = settings.rate_limit_per_minute {
        let message = format!(
            "Each app may send {limit} requests a minute to each service; no number is documented."
        );
        all.push(Notice {
            fix: change("No limit", json!({ "rate_limit_per_minute": null })),
            ..notice("rate_limit", NoticeLevel::Info, message)
        });
    }
}

fn time(app: &App, all: &mut Vec<Notice>) {
    if matches!(app.0.env.clock_state(), ClockState::Paused { .. }) {
        all.push(Notice {
            fix: Some(fix("Let it run", "clock_resume", json!({}))),
            ..notice(
                "clock_paused",
                NoticeLevel::Info,
                "The sandbox clock stands still.",
            )
        });
    }
    let moment = app.0.env.moment();
    if moment.sandbox.millis_since(moment.wall) > AHEAD {
        let message = "The sandbox clock is ahead of this machine's.";
        all.push(notice("clock_ahead", NoticeLevel::Info, message));
    }
}
