//! `apps_env`: what an app needs to be told, as a `.env` file, as shell commands and as JSON, quoted as each needs it.

use std::fmt::Write as _;

use connect_core::domain::app::AppType;
use connect_core::domain::credential::CredentialKind;
use connect_rpc::apps as rpc;
use connect_rpc::apps::{EnvFormat, EnvVariable};
use connect_store::clients::ClientRecord;
use serde_json::{Map, Value};

use super::super::{Answer, sandbox};
use super::{find, newest};
use crate::{App, shell};

pub(in crate::commands) async fn env(app: &App, request: rpc::EnvOfApp) -> Answer<rpc::AppEnv> {
    let record = find(app, &request.client_id).await?;
    let id = &record.client.id;
    let secrets = Secrets {
        client: newest(app, id, CredentialKind::ClientSecret).await?,
        webhook: newest(app, id, CredentialKind::WebhookSecret).await?,
    };
    let variables = variables(app, &record, &secrets);
    let about = format!(
        "{} ({}) on the sandbox at {}",
        record.client.name,
        record.client.app_type.as_str(),
        app.platform()
    );
    Ok(rpc::AppEnv {
        text: text(request.format, &about, &variables),
        variables,
    })
}

struct Secrets {
    client: Option<String>,
    webhook: Option<String>,
}

/// Names are those of the platform's own quickstarts where those have one.
fn variables(app: &App, record: &ClientRecord, secrets: &Secrets) -> Vec<EnvVariable> {
    let base = app.platform();
    let mut all: Vec<EnvVariable> = Vec::new();
    let mut put = |name: &str, value: &str, secret: bool| {
        all.push(EnvVariable {
            name: name.to_owned(),
            value: value.to_owned(),
            secret,
        });
    };
    put("LOOP_CLIENT_ID", record.client.id.as_str(), false);
    if let Some(secret) = &secrets.client {
        put("LOOP_CLIENT_SECRET", secret, true);
    }
    if let Some(uri) = record.client.redirect_uris.first() {
        put("LOOP_REDIRECT_URI", uri, false);
    }
    if let Some(secret) = &secrets.webhook {
        put("LOOP_WEBHOOK_SECRET", secret, true);
    }
    put("LOOP_ISSUER", base, false);
    if record.client.app_type == AppType::M2m {
        // Machines have an endpoint of their own (ruling 12).
        put("LOOP_TOKEN_URL", &format!("{base}/v1/tokens"), false);
    } else {
        put(
            "LOOP_AUTHORIZE_URL",
            &format!("{base}/v1/oauth/authorize"),
            false,
        );
        put("LOOP_TOKEN_URL", &format!("{base}/v1/oauth/token"), false);
        put("LOOP_REVOKE_URL", &format!("{base}/v1/oauth/revoke"), false);
    }
    for service in sandbox::services(app) {
        let name = service.name.to_uppercase().replace('-', "_");
        put(&format!("LOOP_{name}_URL"), &service.url, false);
    }
    all
}

/// The variables in `format`; `about` is said in a comment where there are comments.
fn text(format: EnvFormat, about: &str, variables: &[EnvVariable]) -> String {
    let about: String = about
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    match format {
        EnvFormat::Dotenv => lines(&about, variables, "", shell::dotenv_value),
        EnvFormat::Shell => lines(&about, variables, "export ", shell::word),
        EnvFormat::Json => {
            let object: Map<String, Value> = variables
                .iter()
                .map(|it| (it.name.clone(), Value::from(it.value.as_str())))
                .collect();
            format!("{:#}", Value::Object(object))
        }
    }
}

fn lines(
    about: &str,
    variables: &[EnvVariable],
    before: &str,
    quote: fn(&str) -> String,
) -> String {
    let mut text = format!("# {about}\n");
    for it in variables {
        let _ = writeln!(text, "{before}{}={}", it.name, quote(&it.value));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    const TRICKY: [&str; 9] = [
        "plain",
        "http://localhost:3000/callback",
        "com.example.demo:/call back",
        "a'b",
        "a\"b$HOME`id`\\n",
        "it's $HOME \"now\" `id` \\",
        "#no comment",
        "a;b&&c|d>e",
        "http://localhost/~user/(x)*?!",
    ];

    fn variable(name: &str, value: &str) -> EnvVariable {
        EnvVariable {
            name: name.to_owned(),
            value: value.to_owned(),
            secret: false,
        }
    }

    /// What a real shell makes of the text.
    #[cfg(unix)]
    fn evaluated(text: &str, name: &str) -> String {
        let script = format!("set -a\n{text}\nexec env -0");
        let out = Command::new("sh")
            .arg("-c")
            .arg(script)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .output()
            .unwrap();
        assert!(
            out.status.success(),
            "{text}\n{}",
            String::from_utf8_lossy(&out.stderr)
        );
        let out = String::from_utf8(out.stdout).unwrap();
        let prefix = format!("{name}=");
        out.split('\0')
            .find_map(|line| line.strip_prefix(&prefix))
            .unwrap()
            .to_owned()
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_reads_back_what_was_written() {
        for value in TRICKY {
            for format in [EnvFormat::Dotenv, EnvFormat::Shell] {
                let text = text(format, "x\ny", &[variable("V", value)]);
                assert_eq!(evaluated(&text, "V"), value, "{text}");
            }
        }
    }

    #[test]
    fn json_reads_back_what_was_written() {
        for value in TRICKY {
            let text = text(EnvFormat::Json, "", &[variable("V", value)]);
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["V"], value);
        }
    }

    #[test]
    fn what_needs_no_quotes_has_none() {
        let text = text(
            EnvFormat::Dotenv,
            "about",
            &[variable("U", "http://127.0.0.1:9400")],
        );
        assert_eq!(text, "# about\nU=http://127.0.0.1:9400\n");
    }
}
