//! Real partner apps and real client libraries against a running sandbox.
//!
//! `../flask` and `../express` are the documents' own quickstarts; a headless Chromium takes them through sign-in and
//! consent as a person would. `../authlib`, `../openid-client` and two Rust crates are clients that we did not write,
//! so they find what we would misread twice. Everything stays on this machine, on free ports, and ends with its test.
//!
//! `ready` runs the code that the console gives for an app, as pasted.
//!
//! To add a client: its directory beside this one with `requirements.txt` or `package-lock.json`, which
//! `cargo xtask setup` installs; and a module here.

mod accessibility;
mod answers;
mod console;
mod keyboard;
mod libraries;
mod no_script;
mod quickstarts;
mod ready;
mod redirects;
mod single_page;
mod support;
