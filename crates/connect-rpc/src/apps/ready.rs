//! What an app is given to begin with: its variables, code that runs, and the button.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How variables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum EnvFormat {
    /// A `.env` file.
    #[default]
    Dotenv,
    /// `export` lines for `eval` in a POSIX shell.
    Shell,
    /// One JSON object.
    Json,
}

/// Asks for an app's variables.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct EnvOfApp {
    /// Which app.
    pub client_id: String,
    /// How they are written; a `.env` file unless told.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub format: EnvFormat,
}

/// What an app needs to be told to talk to this sandbox. Holds its secrets.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct AppEnv {
    /// As `connect-sandbox env` prints it.
    pub text: String,
    /// The same, one by one.
    pub variables: Vec<EnvVariable>,
}

/// A variable. Not shown by `Debug`: some are secrets.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct EnvVariable {
    /// `LOOP_CLIENT_ID`.
    pub name: String,
    /// Its value, without quotes.
    pub value: String,
    /// To be masked until asked for.
    pub secret: bool,
}

/// What ready code is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum CodeLanguage {
    /// Node.js with Express.
    Node,
    /// Python with Flask.
    Python,
    /// React Native with Expo.
    ReactNative,
    /// A shell script around curl.
    Curl,
    /// Rust.
    Rust,
}

/// Asks for ready code.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct CodeOfApp {
    /// Which app.
    pub client_id: String,
    /// In what.
    pub language: CodeLanguage,
}

/// Code for one app as it is registered. Holds no secret: they come from the environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct AppCode {
    /// `Node.js with Express`.
    pub title: String,
    /// Why this kind of app has no such code, and what to do instead; there are no files then.
    pub unsuitable: Option<String>,
    /// The files, the one to read first.
    pub files: Vec<CodeFile>,
    /// What must be installed before: `Node.js 20.6 or newer`.
    pub requires: Vec<String>,
    /// What to do with them, in order.
    pub steps: Vec<CodeStep>,
    /// The registered redirect URI that it uses.
    pub redirect_uri: Option<String>,
    /// Where to begin in a browser, once it runs.
    pub open: Option<String>,
    /// What to know.
    pub notes: Vec<String>,
    /// How far it is proved: run, or type-checked, by this project's own tests.
    pub proof: String,
}

/// A file of ready code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct CodeFile {
    /// `server.mjs`; with `/` between directories.
    pub path: String,
    /// What it is written in, for highlighting: `javascript`, `json`, `python`, `typescript`, `tsx`, `shell`, `rust`, `toml`.
    pub language: String,
    /// Its content.
    pub text: String,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct CodeStep {
    /// What it is for.
    pub what: String,
    /// For a POSIX shell, in the directory of the files; none when it is not done in a shell.
    pub command: Option<String>,
    /// It makes `.env`, which `apps_env` gives too.
    pub is_env: bool,
}

/// Asks for the button.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields = nullable)]
pub struct ButtonOf {
    /// For this app: the button then leads to where its ready code begins.
    pub client_id: Option<String>,
}

/// The "Connect with Loop" button, as /connect/branding has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Button {
    /// What it says, always: `Connect with Loop`.
    pub label: String,
    /// What stands in its place afterwards: `Connected to Loop`.
    pub connected: String,
    /// Where it leads.
    pub href: String,
    /// HTML with its style, both variants.
    pub html: String,
    /// A React component (TSX) with `href`, `size`, `variant` and `disabled`.
    pub react: String,
    /// White on near black.
    pub svg_dark: String,
    /// Near black on white, with a border.
    pub svg_light: String,
    /// What the branding page asks of whoever shows it.
    pub rules: Vec<String>,
}
