//! What an answer brings, by name: never a value of it.

use connect_core::domain::walk::{Party, Step};

use crate::session::{Exchange, Place, Run};

/// What an answer brings; none when there is nothing to say of it beyond its status.
pub(super) fn by(run: &Run, exchange: &Exchange) -> Option<String> {
    let status = exchange.status?;
    let is_main = run.main_exchange == Some(exchange.number);
    match run.step {
        Step::SignIn if (300..400).contains(&status) && is_main => {
            let answered = run.answered.as_ref()?;
            let home = answered.place == Place::Redirect && exchange.to == Party::Identity;
            let brings = answered.error.as_deref().unwrap_or("a code");
            home.then(|| format!("to the callback, with {brings}"))
        }
        _ if !(200..300).contains(&status) => None,
        Step::Configure => Some("metadata".to_owned()),
        Step::IdToken => Some("the published keys".to_owned()),
        Step::Token | Step::Refresh if is_main => {
            let names = ["access_token", "refresh_token", "id_token"];
            let brought = |name: &&str| run.shown.iter().any(|it| it.name == **name);
            let short = |name: &'static str| match name {
                "id_token" => name,
                name => name.trim_end_matches("_token"),
            };
            let brought: Vec<&str> = names.into_iter().filter(brought).map(short).collect();
            (!brought.is_empty()).then(|| brought.join(", "))
        }
        Step::Introspect if is_main => {
            let active = run.shown.iter().find(|it| it.name == "active")?;
            Some(format!("active: {}", active.value))
        }
        _ => None,
    }
}
