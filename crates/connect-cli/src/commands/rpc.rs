//! `connect-sandbox rpc`: any command of the control surface.

use std::io::Read as _;
use std::path::Path;

use connect_rpc::ErrorCode;
use serde_json::Value;

use super::ask::Sandbox;
use super::list::takes;
use crate::arguments::Rpc;
use crate::failure::Failure;
use crate::output;

pub(super) async fn run(data_dir: &Path, call: Rpc) -> Result<(), Failure> {
    let Some(command) = connect_rpc::find(&call.command) else {
        return Err(Failure::Arguments(unknown(&call.command)));
    };
    let payload = payload(call.payload.as_deref())?;
    let answer = Sandbox::on(data_dir)
        .await?
        .call(&call.command, payload)
        .await
        .map_err(|failure| match failure {
            Failure::Command(error) if error.code == ErrorCode::BadRequest => Failure::Payload {
                error,
                takes: takes(&Value::from((command.request)())),
            },
            other => other,
        })?;
    Ok(output::json(&answer)?)
}

fn payload(given: Option<&str>) -> Result<Value, Failure> {
    let text = match given {
        None => return Ok(Value::Null),
        Some("-") => {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .map_err(|error| Failure::System("standard input can't be read", error))?;
            text
        }
        Some(text) => text.to_owned(),
    };
    serde_json::from_str(&text).map_err(|error| {
        Failure::Arguments(format!(
            "the payload is not JSON: {error}; write for example '{{\"limit\": 5}}'"
        ))
    })
}

/// What is said of a command that does not exist.
pub(super) fn unknown(name: &str) -> String {
    let group = name.split('_').next().unwrap_or_default();
    let mut near = connect_app::near::commands(name);
    if near.is_empty() {
        near = connect_rpc::COMMANDS
            .iter()
            .filter(|known| known.group == group)
            .map(|known| known.name)
            .collect();
    }
    let shown = output::plain(&name.chars().take(64).collect::<String>());
    match near.as_slice() {
        [] => format!("there is no command `{shown}`; `connect-sandbox commands` lists them"),
        near => format!(
            "there is no command `{shown}`; did you mean {}?",
            near.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_answered_with_what_was_meant() {
        for (typed, meant) in [
            ("app_list", "apps_list"),
            ("apps_lst", "apps_list"),
            ("clock_advanced", "clock_advance"),
            ("traffic_explian", "traffic_explain"),
            ("workspace_reset", "workspace_factory_reset"),
        ] {
            assert!(unknown(typed).contains(meant), "{}", unknown(typed));
        }
        assert!(unknown("zzz").contains("connect-sandbox commands"));
        assert!(unknown("grants_zzz").contains("grants_list, grants_revoke"));
        assert!(!unknown("a\u{1b}[2J").contains('\u{1b}'));
    }
}
