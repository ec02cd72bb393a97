//! `connect-sandbox code`: code that runs as it is, for an app as it is registered.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use connect_app::shell;
use connect_rpc::apps::{AppCode, AppEnv, CodeOfApp, EnvFormat, EnvOfApp};
use serde_json::json;

use super::ask::Sandbox;
use super::env;
use crate::arguments::Code;
use crate::failure::Failure;
use crate::output::{self, CODE, plain, styled};

pub(super) async fn run(data_dir: &Path, asked: Code) -> Result<(), Failure> {
    let mut sandbox = Sandbox::on(data_dir).await?;
    let client_id = env::client_id(&mut sandbox, asked.app.as_deref()).await?;
    let wanted = CodeOfApp {
        client_id: client_id.clone(),
        language: asked.language.into(),
    };
    let code: AppCode = sandbox.get("apps_code", json!(wanted)).await?;
    if let Some(why) = code.unsuitable {
        return Err(Failure::Arguments(why));
    }
    let Some(directory) = asked.into else {
        if let Some(first) = code.files.first() {
            output::data(&first.text)?;
        }
        let others: Vec<&str> = code
            .files
            .iter()
            .skip(1)
            .map(|file| file.path.as_str())
            .collect();
        if !others.is_empty() {
            output::hint(&format!(
                "there is {} too; `--into DIR` writes everything, .env among it",
                others.join(", ")
            ));
        }
        return Ok(());
    };
    let wanted = EnvOfApp {
        client_id,
        format: EnvFormat::Dotenv,
    };
    let env: AppEnv = sandbox.get("apps_env", json!(wanted)).await?;
    write(&directory, &code, &env)?;
    next(&directory, &code);
    Ok(())
}

/// Writes every file, or none when one of them is there already.
fn write(directory: &Path, code: &AppCode, env: &AppEnv) -> Result<(), Failure> {
    let dotenv = (".env", env.text.as_str());
    let files = code
        .files
        .iter()
        .map(|file| (file.path.as_str(), file.text.as_str()))
        .chain([dotenv]);
    let files: Vec<_> = files
        .map(|(name, text)| (directory.join(name), text))
        .collect();
    if let Some((there, _)) = files.iter().find(|(path, _)| path.exists()) {
        return Err(Failure::Arguments(format!(
            "{} is there already, and nothing is overwritten; name another directory with --into",
            there.display()
        )));
    }
    let failed = |error: io::Error| Failure::System("the code can't be written", error);
    for (path, text) in files {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        // The secrets are in one of them, so only this user reads them.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
    }
    Ok(())
}

/// What to do with it.
fn next(directory: &Path, code: &AppCode) {
    let shown = directory.display().to_string();
    output::say(&format!(
        "{} is in {}, with its .env. It needs {}.",
        plain(&code.title),
        plain(&shown),
        code.requires.join(" and ")
    ));
    let enter = format!("cd {}", shell::word(&shown));
    let steps = code.steps.iter().filter(|step| !step.is_env);
    let commands = steps.filter_map(|step| step.command.clone());
    for command in [enter].into_iter().chain(commands) {
        output::say(&format!("  {}", styled(CODE, plain(&command))));
    }
    if let Some(open) = &code.open {
        output::say(&format!("Then open {}", styled(CODE, plain(open))));
    }
}
