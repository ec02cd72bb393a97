//! Every command with any payload.

use serde_json::json;

use super::input::{json_value, texts};
use super::target::Target;
use crate::support::MAYA;

#[test]
fn any_payload_of_a_command_is_carried_out_or_refused() {
    let target = Target::new(true);
    let (web, grant) = target.runtime.block_on(async {
        let web = target.sandbox.web().await;
        target.sandbox.tokens(&web, "openid").await;
        let grants = target.sandbox.rpc("grants_list", json!({})).await;
        (
            web,
            grants["grants"][0]["grant_id"]
                .as_str()
                .expect("an id")
                .to_owned(),
        )
    });
    let mut words = texts(&[
        "client_id",
        "name",
        "app_type",
        "web",
        "m2m",
        "redirect_uris",
        "https://a.example/cb",
        "scopes",
        "openid",
        "baa_status",
        "signed",
        "user_id",
        MAYA,
        "email",
        "brand_id",
        "code",
        "ferritin",
        "value",
        "unit",
        "grant_id",
        "exchange",
        "trace",
        "kind",
        "limit",
        "before",
        "after",
        "status",
        "target",
        "profile",
        "strict",
        "loop",
        "auto_approve",
        "rate_limit_per_minute",
        "keep_days",
        "keep_exchanges",
        "alg",
        "RS256",
        "with_secrets",
        "confirm",
        "subject",
        "oldest_first",
        "collected_at",
        "2026-01-02T03:04:05Z",
        "access_token_lifetime_seconds",
        "allowed_origins",
        "webhook_url",
        "logo_uri",
        "reference_low",
        "refused",
        "refused_by",
    ]);
    words.extend([web.client_id, grant]);
    // Commands that move time or wipe the world end the try for all others.
    let commands: Vec<&str> = connect_rpc::COMMANDS
        .iter()
        .map(|command| command.name)
        .filter(|name| {
            !matches!(
                *name,
                "clock_advance" | "workspace_factory_reset" | "keys_rotate"
            )
        })
        .collect();
    arbtest::arbtest(|u| {
        let command = *u.choose(&commands)?;
        let payload = json_value(u, &words, 3)?;
        let answer = target
            .runtime
            .block_on(target.sandbox.app.rpc(command, payload.clone()));
        if let Err(error) = answer {
            assert!(
                error.code != connect_rpc::ErrorCode::Internal,
                "{command} {payload}: {error}"
            );
        }
        Ok(())
    })
    .size_min(256);
}
