//! Which names the sandbox answers to. Loopback alone is no defence: a page of any site can resolve its own name to
//! 127.0.0.1 (DNS rebinding), so every request must be addressed to a name on the list.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use http::header::HOST;
use http::request::Parts;
use http::uri::Authority;
use std::sync::Arc;

use crate::answer;
use crate::exchange::ExchangeHandle;

/// The names a listener answers to, made from its ports and the `--allow-host` flags.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HostPolicy {
    ports: Vec<u16>,
    allowed: Vec<Allowed>,
    /// No flag opens it.
    closed: bool,
}

/// One `--allow-host`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Allowed {
    /// In lower case.
    host: String,
    /// Absent: at any port, as seen from behind a mapping of ports.
    port: Option<u16>,
}

/// `--allow-host` was given something that is no `host` or `host:port`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a host such as `sandbox.test` or `sandbox.test:9400`")]
pub struct InvalidHost(String);

/// The authority a request was addressed to, in lower case: `localhost:9400`. Found in the request's extensions behind
/// [`guard`]; the issuer is made from it (ruling 15).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressed(String);

impl Addressed {
    /// `localhost:9400`; without a port where the request named none.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.0
    }
}

impl HostPolicy {
    /// Answers to `localhost`, `127.0.0.1`, `[::1]` and names under `.localhost` at these ports.
    #[must_use]
    pub fn loopback(ports: impl IntoIterator<Item = u16>) -> Self {
        Self {
            ports: ports.into_iter().collect(),
            allowed: Vec::new(),
            closed: false,
        }
    }

    /// The same, and a refusal says that no flag opens this listener: the control surface is for this machine alone.
    #[must_use]
    pub fn closed(self) -> Self {
        Self {
            closed: true,
            ..self
        }
    }

    /// Answers to one more `host` (at any port) or `host:port`.
    ///
    /// # Errors
    /// When it is neither.
    pub fn allow(mut self, host: &str) -> Result<Self, InvalidHost> {
        let (name, port) = parse(host).ok_or_else(|| InvalidHost(host.to_owned()))?;
        self.allowed.push(Allowed { host: name, port });
        Ok(self)
    }

    /// Whether hosts beyond loopback are allowed: the console shows a badge while they are.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.allowed.is_empty()
    }

    /// The names the policy answers to, as shown to people.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let loopback = self.ports.iter().flat_map(|port| {
            ["localhost", "127.0.0.1", "[::1]", "*.localhost"].map(|name| format!("{name}:{port}"))
        });
        let allowed = self.allowed.iter().map(|allowed| match allowed.port {
            Some(port) => format!("{}:{port}", allowed.host),
            None => allowed.host.clone(),
        });
        loopback.chain(allowed).collect()
    }

    /// Whether a request is addressed to one of them: by its one `Host` line, and by its target where that is in
    /// absolute form.
    ///
    /// # Errors
    /// `host_present` (400, RFC 9112 §3.2) when `Host` is missing, repeated or malformed; `host_known` (421) when it
    /// names somebody else, with the flag that would allow it.
    pub fn judge(&self, parts: &Parts) -> Result<Addressed, Box<Refusal>> {
        let mut hosts = parts.headers.get_all(HOST).iter();
        let host = match (hosts.next(), hosts.next()) {
            (Some(host), None) => host,
            (None, _) => return Err(unclear("no Host header")),
            (Some(_), Some(_)) => return Err(unclear("more than one Host header")),
        };
        let host = host
            .to_str()
            .map_err(|_| unclear("a Host header that is not ASCII"))?;
        self.known(host)?;
        match parts.uri.authority() {
            Some(authority) => self.known(authority.as_str()).map(Addressed),
            None => Ok(Addressed(host.to_ascii_lowercase())),
        }
    }

    /// The authority in lower case, if it is one we answer to.
    fn known(&self, authority: &str) -> Result<String, Box<Refusal>> {
        let (name, port) =
            parse(authority).ok_or_else(|| unclear("a Host that is not host or host:port"))?;
        let ours = self.ports.contains(&port.unwrap_or(80))
            && (matches!(name.as_str(), "localhost" | "127.0.0.1" | "[::1]")
                || name
                    .strip_suffix(".localhost")
                    .is_some_and(|label| !label.is_empty()));
        let allowed = self.allowed.iter().any(|allowed| {
            allowed.host == name && (allowed.port.is_none() || allowed.port == port)
        });
        if ours || allowed {
            return Ok(authority.to_ascii_lowercase());
        }
        Err(self.foreign(&name, authority))
    }

    fn foreign(&self, name: &str, authority: &str) -> Box<Refusal> {
        let (description, fix) = if self.closed {
            (
                "This listener answers to loopback names only, and no flag changes that."
                    .to_owned(),
                "Use one of the expected names. Other machines are let in to the platform only."
                    .to_owned(),
            )
        } else {
            (
                format!(
                    "This sandbox does not answer to that host. Start it with --allow-host {name} to allow it."
                ),
                format!(
                    "Use one of the expected names, or start the sandbox with `--allow-host {name}`."
                ),
            )
        };
        let refusal = Refusal::new(
            "host_known",
            ErrorCode::MisdirectedRequest,
            description,
            Clause::standard("RFC 9110 §7.4"),
        )
        .expected(self.names().join(", "))
        .received(authority.to_owned())
        .fix(fix);
        Box::new(refusal)
    }
}

/// `host` or `host:port`, the host in lower case; nothing if it is neither.
fn parse(text: &str) -> Option<(String, Option<u16>)> {
    let authority: Authority = text.parse().ok()?;
    if text.contains('@') || authority.host().is_empty() {
        return None;
    }
    let name = authority.host().to_ascii_lowercase();
    match text.get(name.len()..)?.strip_prefix(':') {
        None if text.len() == name.len() => Some((name, None)),
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some((name, Some(port.parse().ok()?)))
        }
        _ => None,
    }
}

fn unclear(received: &'static str) -> Box<Refusal> {
    let refusal = Refusal::new(
        "host_present",
        ErrorCode::MalformedRequest,
        "The request must carry exactly one valid Host header.",
        Clause::standard("RFC 9112 §3.2"),
    )
    .expected("one Host header, host or host:port")
    .received(received)
    .fix("Let the HTTP client set the Host header from the URL.");
    Box::new(refusal)
}

/// The middleware that asks the policy first: `axum::middleware::from_fn_with_state(Arc<HostPolicy>, host::guard)`.
/// Behind it, [`Addressed`] is among the request's extensions.
pub async fn guard(
    State(policy): State<Arc<HostPolicy>>,
    exchange: ExchangeHandle,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    match policy.judge(&parts) {
        Ok(addressed) => {
            exchange.note(|notes| notes.passed("host_known"));
            parts.extensions.insert(addressed);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(refusal) => answer::refuse(&exchange, refusal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(policy: &HostPolicy, target: &str, hosts: &[&str]) -> Result<Addressed, Box<Refusal>> {
        let mut request = http::Request::builder().uri(target);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        policy.judge(&request.body(()).expect("a request").into_parts().0)
    }

    fn refused(policy: &HostPolicy, target: &str, hosts: &[&str]) -> (u16, &'static str) {
        let refusal = judge(policy, target, hosts).expect_err("a refusal");
        (refusal.code.status(), refusal.check)
    }

    #[test]
    fn loopback_names_at_the_bound_port_are_ours() {
        let policy = HostPolicy::loopback([9400]);
        for host in [
            "localhost:9400",
            "127.0.0.1:9400",
            "[::1]:9400",
            "identity.localhost:9400",
        ] {
            let addressed = judge(&policy, "/", &[host]).expect("ours");
            assert_eq!(addressed.authority(), host);
        }
        assert_eq!(
            judge(&policy, "/", &["LocalHost:9400"])
                .expect("ours")
                .authority(),
            "localhost:9400"
        );
    }

    #[test]
    fn everything_else_is_misdirected() {
        let policy = HostPolicy::loopback([9400]);
        for host in [
            "evil.example:9400",
            "localhost",
            "localhost:9401",
            "127.0.0.1",
            "127.0.0.2:9400",
            ".localhost:9400",
            "localhost.evil.example:9400",
            "evillocalhost:9400",
            "localhost.:9400",
            "[::2]:9400",
        ] {
            assert_eq!(
                refused(&policy, "/", &[host]),
                (421, "host_known"),
                "{host}"
            );
        }
    }

    #[test]
    fn a_request_has_exactly_one_valid_host() {
        let policy = HostPolicy::loopback([9400]);
        let cases: [&[&str]; 6] = [
            &[],
            &["localhost:9400", "localhost:9400"],
            &["user@localhost:9400"],
            &["localhost:9400/x"],
            &["localhost:+9400"],
            &[""],
        ];
        for hosts in cases {
            assert_eq!(
                refused(&policy, "/", hosts),
                (400, "host_present"),
                "{hosts:?}"
            );
        }
    }

    #[test]
    fn an_absolute_target_is_judged_as_well() {
        let policy = HostPolicy::loopback([9400]);
        let at = |target, host| judge(&policy, target, &[host]);
        assert!(at("http://localhost:9400/x", "localhost:9400").is_ok());
        assert!(at("http://evil.example/x", "localhost:9400").is_err());
        assert!(at("http://localhost:9400/x", "evil.example").is_err());
        let addressed = at("http://127.0.0.1:9400/x", "localhost:9400").expect("ours");
        assert_eq!(addressed.authority(), "127.0.0.1:9400");
    }

    #[test]
    fn the_refusal_names_the_flag_that_mends_it() {
        let policy = HostPolicy::loopback([9400]);
        let refusal = judge(&policy, "/", &["sandbox.test:8080"]).expect_err("foreign");
        assert!(
            refusal.fix.contains("--allow-host sandbox.test`"),
            "{}",
            refusal.fix
        );
        assert_eq!(refusal.received, "sandbox.test:8080");
        let open = policy.allow("Sandbox.test").expect("a host");
        assert!(judge(&open, "/", &["sandbox.test:8080"]).is_ok());
        assert!(judge(&open, "/", &["sandbox.test"]).is_ok());
        assert!(open.is_open());
    }

    #[test]
    fn an_allowed_port_is_the_only_one() {
        let policy = HostPolicy::loopback([9400])
            .allow("box.test:8080")
            .expect("a host");
        assert!(judge(&policy, "/", &["box.test:8080"]).is_ok());
        assert!(judge(&policy, "/", &["box.test"]).is_err());
        for wrong in ["", "http://x", "a b", "x:y", "u@x"] {
            assert!(HostPolicy::default().allow(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn no_host_line_makes_the_policy_panic() {
        let policy = HostPolicy::loopback([9400]);
        arbtest::arbtest(|u| {
            let bytes = u.arbitrary::<Vec<u8>>()?;
            if let Ok(value) = http::HeaderValue::from_bytes(&bytes) {
                let request = http::Request::builder().header(HOST, value);
                let _ = policy.judge(&request.body(()).expect("a request").into_parts().0);
            }
            Ok(())
        });
    }
}
