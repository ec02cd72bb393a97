//! How the browser's answer comes back to a program.

use connect_core::domain::app::AppType;
use url::Url;

/// How the browser's answer comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// To the port of the redirect URI on this machine.
    Port,
    /// To any port of this machine (RFC 8252 §7.3).
    AnyPort,
    /// By hand: the redirect URI leads elsewhere.
    Pasted,
}

impl Way {
    pub(super) fn of(redirect_uri: &str, app_type: AppType) -> Self {
        let Ok(url) = Url::parse(redirect_uri) else {
            return Self::Pasted;
        };
        let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        match url.scheme() {
            "http" if local && app_type.ignores_loopback_port() => Self::AnyPort,
            "http" if local => Self::Port,
            _ => Self::Pasted,
        }
    }
}
