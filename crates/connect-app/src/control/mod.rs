//! The control surface's ways in: the local socket always, TCP on request.

pub mod client;
pub(crate) mod events;
pub(crate) mod http;
pub(crate) mod socket;
pub mod ui;

use std::path::Path;

use connect_rpc::wire::Runtime;

use crate::StartError;

/// Where a running sandbox says how to reach it, in its data directory.
pub const RUNTIME_FILE: &str = "runtime.json";

/// Writes `runtime.json`, whole or not at all.
pub(crate) fn write_runtime(directory: &Path, runtime: &Runtime) -> Result<(), StartError> {
    let path = directory.join(RUNTIME_FILE);
    let write = || {
        let text = serde_json::to_vec_pretty(runtime)?;
        let mut file = tempfile::NamedTempFile::new_in(directory)?;
        std::io::Write::write_all(&mut file, &text)?;
        file.persist(&path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|source| StartError::File {
        path: path.clone(),
        source,
    })
}
