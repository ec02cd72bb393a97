//! A window with one plain page and nothing behind it: what `cargo xtask bench` holds the console against. It is built
//! for that only, with the feature `bench`, and no package has it.

use tauri::{WebviewUrl, WebviewWindowBuilder};

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .setup(|app| {
            // As large as the console's, and shown at once: a window does no less.
            WebviewWindowBuilder::new(app, "bare", WebviewUrl::default())
                .title("Bare window")
                .inner_size(1320.0, 860.0)
                .center()
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!("bare/tauri.conf.json"))
}
