//! Writes every sample page to `target/pages/`, with the files they load, to be looked at and checked by tools.
//!
//! `cargo run -p connect-identity --example pages [folder]`, then serve the folder: the pages address their files from the root.

use std::path::{Path, PathBuf};

use connect_identity::pages::{
    AppView, Comparison, Consent, FormRefused, FrontPage, InteractionOver, MethodNotAllowed,
    NotFound, Outcome, Page, PersonaView, RefusalPage, ScopeView, ServerFault, SignIn,
    SignInReason, SignedOut, Suggestion, asset,
};

#[path = "../src/pages/sample.rs"]
mod sample;

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/pages"),
        PathBuf::from,
    );
    std::fs::create_dir_all(folder.join("assets"))?;
    let mut files: Vec<String> = Vec::new();
    for (name, page) in sample::pages() {
        let html = page.render();
        files.extend(
            html.split('"')
                .filter(|part| part.starts_with("/assets/"))
                .map(str::to_owned),
        );
        std::fs::write(folder.join(name).with_extension("html"), html)?;
    }
    files.sort_unstable();
    files.dedup();
    for path in files {
        let file =
            asset(&path).ok_or_else(|| std::io::Error::other(format!("{path} is not served")))?;
        std::fs::write(
            PathBuf::from(format!("{}{path}", folder.display())),
            file.bytes,
        )?;
    }
    Ok(())
}
