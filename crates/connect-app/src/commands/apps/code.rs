//! `apps_code`: code that runs as pasted, for an app as it is registered.
//!
//! The texts are templates in `templates/code`. What differs from app to app (its scopes, whether it has a secret, which
//! redirect URI it can use) is decided here; addresses and secrets are left to the environment. `tests/clients` runs what
//! comes out. To add a language: its templates, a module here, and its run there.

mod curl;
mod node;
mod python;
mod react_native;
mod rust;
mod wanted;

use connect_core::domain::app::{AppType, Client};
use connect_rpc::apps as rpc;
use connect_rpc::apps::{AppCode, CodeFile, CodeLanguage, CodeStep};
use connect_rpc::{ErrorCode, RpcError};

use self::wanted::{Redirect, Wanted};
use super::super::Answer;
use super::find;
use crate::{App, shell};

pub(super) use self::wanted::begins_at;

/// What stands under code that was run.
const RUN: &str = "Run as it stands here, against a sandbox, by the tests of this program.";

pub(in crate::commands) async fn code(app: &App, request: rpc::CodeOfApp) -> Answer<AppCode> {
    let record = find(app, &request.client_id).await?;
    let client = &record.client;
    let wanted = Wanted::of(client, request.language, app.platform());
    let machine = client.app_type == AppType::M2m;
    let made = match (request.language, machine) {
        (CodeLanguage::Node, false) => node::person(&wanted),
        (CodeLanguage::Node, true) => node::machine(&wanted),
        (CodeLanguage::Python, false) => python::person(&wanted),
        (CodeLanguage::Python, true) => python::machine(&wanted),
        (CodeLanguage::Curl, false) => curl::person(&wanted),
        (CodeLanguage::Curl, true) => curl::machine(&wanted),
        (CodeLanguage::Rust, false) => rust::person(&wanted),
        (CodeLanguage::Rust, true) => rust::machine(&wanted),
        (CodeLanguage::ReactNative, _) => react_native::person(&wanted, client.app_type),
    };
    let made = made.map_err(|error| {
        let message = format!("the code could not be written: {error}");
        RpcError::new(ErrorCode::Internal, message)
    })?;
    let data_dir = app.named_data_dir();
    Ok(made.into_code(client, &wanted, data_dir.as_deref()))
}

/// Code of one language, or why there is none.
enum Made {
    Code(Code),
    Unsuitable {
        title: &'static str,
        because: String,
    },
}

struct Code {
    title: &'static str,
    files: Vec<CodeFile>,
    requires: Vec<&'static str>,
    /// What to do after `.env` is there.
    steps: Vec<CodeStep>,
    notes: Vec<String>,
    /// Secrets and addresses come from `.env`.
    from_env: bool,
    /// It has a page to begin at.
    has_page: bool,
    proof: &'static str,
}

type Template = Result<Made, askama::Error>;

impl Made {
    fn into_code(self, client: &Client, wanted: &Wanted, data_dir: Option<&str>) -> AppCode {
        let code = match self {
            Self::Code(code) => code,
            Self::Unsuitable { title, because } => {
                return AppCode {
                    title: title.to_owned(),
                    unsuitable: Some(because),
                    files: Vec::new(),
                    requires: Vec::new(),
                    steps: Vec::new(),
                    redirect_uri: None,
                    open: None,
                    notes: Vec::new(),
                    proof: String::new(),
                };
            }
        };
        let mut steps = Vec::new();
        if code.from_env {
            steps.extend(env_steps(client, wanted, data_dir));
        }
        steps.extend(code.steps);
        let mut notes = wanted.notes();
        notes.extend(code.notes);
        let page = wanted.redirect.as_ref().and_then(Redirect::page);
        AppCode {
            title: code.title.to_owned(),
            unsuitable: None,
            files: code.files,
            requires: code.requires.into_iter().map(str::to_owned).collect(),
            steps,
            redirect_uri: wanted
                .redirect
                .as_ref()
                .map(|redirect| redirect.uri.clone()),
            open: page.filter(|_| code.has_page),
            notes,
            proof: code.proof.to_owned(),
        }
    }
}

/// How `.env` comes to be: it holds the first redirect URI, which is not always the one that the code can use.
fn env_steps(client: &Client, wanted: &Wanted, data_dir: Option<&str>) -> Vec<CodeStep> {
    let at = data_dir.map_or_else(String::new, |it| format!(" --data-dir {}", shell::word(it)));
    let mut steps = vec![CodeStep {
        what: "Put the app's variables into .env, beside the code. It holds secrets: keep it out of version control."
            .to_owned(),
        command: Some(format!(
            "connect-sandbox{at} env --app {} > .env",
            shell::word(client.id.as_str())
        )),
        is_env: true,
    }];
    if let Some(redirect) = &wanted.redirect
        && client.redirect_uris.first() != Some(&redirect.uri)
    {
        steps.push(CodeStep {
            what: "Use the redirect URI that this code can answer at.".to_owned(),
            command: Some(shell::into_dotenv("LOOP_REDIRECT_URI", &redirect.uri)),
            is_env: false,
        });
    }
    steps
}

fn step(what: &str, command: &str) -> CodeStep {
    CodeStep {
        what: what.to_owned(),
        command: Some(command.to_owned()),
        is_env: false,
    }
}

fn file(path: &str, language: &str, text: &str) -> CodeFile {
    CodeFile {
        path: path.to_owned(),
        language: language.to_owned(),
        text: format!("{}\n", text.trim_end()),
    }
}

/// Why code that waits for the answer on this machine is not for an app.
fn no_way_back(title: &'static str) -> Made {
    Made::Unsuitable {
        title,
        because: "The answer can't come back to this code: every redirect URI of the app opens an app on a device. Add \
                  http://127.0.0.1/callback to them, or take React Native."
            .to_owned(),
    }
}
