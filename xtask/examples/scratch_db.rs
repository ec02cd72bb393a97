//! Makes a scratch SQLite database from migration files, for the checked queries to be checked against.
//!
//! Usage: `scratch_db <new database file> <migration.sql>…`. The files are applied in the order given, by the same
//! bundled SQLite that the product runs on, so that a migration never meets another version's dialect.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let Some(database) = arguments.next() else {
        bail!("usage: scratch_db <new database file> <migration.sql>…");
    };
    let mut connection = SqliteConnectOptions::new()
        .filename(&database)
        .create_if_missing(true)
        .connect()
        .await
        .with_context(|| format!("cannot create {}", database.display()))?;
    for migration in arguments {
        let text = std::fs::read_to_string(&migration)
            .with_context(|| format!("cannot read {}", migration.display()))?;
        sqlx::raw_sql(AssertSqlSafe(text))
            .execute(&mut connection)
            .await
            .with_context(|| format!("{} does not apply", migration.display()))?;
    }
    connection.close().await?;
    Ok(())
}
