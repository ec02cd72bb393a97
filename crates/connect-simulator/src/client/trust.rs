//! Whom TLS trusts: the machine's own authorities, or those that the environment names.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::spawn_blocking;
use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::tls::TlsProblem;

/// The file of authorities that is trusted in place of the machine's own, as OpenSSL has it.
const CERT_FILE: &str = "SSL_CERT_FILE";
/// The same, a directory of them.
const CERT_DIR: &str = "SSL_CERT_DIR";

/// Whose trust is asked.
pub(super) fn trusting() -> String {
    let told = [CERT_FILE, CERT_DIR].map(|name| {
        let value = std::env::var_os(name).filter(|value| !value.is_empty())?;
        Some(format!("{name} ({})", value.to_string_lossy()))
    });
    let told: Vec<String> = told.into_iter().flatten().collect();
    if told.is_empty() {
        "this machine".to_owned()
    } else {
        told.join(" and ")
    }
}

static TRUST: Mutex<Option<Arc<ClientConfig>>> = Mutex::new(None);

/// Reads it anew the next time.
pub(super) fn forget() {
    *TRUST.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

/// What is trusted, read when it is first needed, and anew after somebody was not.
pub(super) async fn trust(host: &str) -> Result<Arc<ClientConfig>, TlsProblem> {
    let known = TRUST.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(known) = known {
        return Ok(known);
    }
    let failed = |why: String| TlsProblem::NoTrust {
        host: host.to_owned(),
        why,
    };
    let read = spawn_blocking(read).await;
    let read = read.map_err(|error| failed(error.to_string()))?;
    let config = Arc::new(read.map_err(failed)?);
    *TRUST.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&config));
    Ok(config)
}

/// The authorities of the machine, or of where the environment says they are.
fn read() -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err(match found.errors.first() {
            Some(error) => error.to_string(),
            None => format!("{} has none", trusting()),
        });
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    // Every connection looks at the certificate: one that was resumed would not.
    config.resumption = Resumption::disabled();
    Ok(config)
}
