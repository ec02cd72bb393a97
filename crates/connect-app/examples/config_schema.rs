//! Prints the JSON Schema of `connect.toml`, as `connect-sandbox config-schema` does; `cargo xtask codegen` runs it.

use std::io::{Result, Write as _, stdout};

fn main() -> Result<()> {
    let schema = serde_json::to_string_pretty(&connect_app::configuration::schema())?;
    writeln!(stdout(), "{schema}")
}
