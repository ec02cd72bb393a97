//! Why TLS did not come about: each reason by what a person can do about it.

use std::io;

use connect_core::Timestamp;
use tokio_rustls::rustls::pki_types::UnixTime;
use tokio_rustls::rustls::{CertificateError, Error, OtherError};

use super::trust::{forget, trusting};

/// Why a connection within TLS does not stand. Nothing of a request was sent by then.
#[derive(Debug, thiserror::Error)]
pub enum TlsProblem {
    /// Its chain ends at nobody who is trusted.
    #[error("the certificate of {host} is signed by nobody whom {by} trusts")]
    Untrusted {
        /// Host and port.
        host: String,
        /// Whose trust it is: this machine's, or that of a file.
        by: String,
    },
    /// It is for other names.
    #[error("the certificate of {host} is not for this name: it is for {names}")]
    OtherName {
        /// Host and port.
        host: String,
        /// The names it is for.
        names: String,
    },
    /// Its time is over.
    #[error("the certificate of {host} has expired{when}")]
    Expired {
        /// Host and port.
        host: String,
        /// ` on …`, where it is known.
        when: String,
    },
    /// Its time has not come.
    #[error("the certificate of {host} is not valid yet{when}")]
    NotYet {
        /// Host and port.
        host: String,
        /// `: it begins on …`, where it is known.
        when: String,
    },
    /// It is an authority's own.
    #[error(
        "the certificate of {host} is that of an authority (CA:TRUE), which no server may show as its own"
    )]
    Authority {
        /// Host and port.
        host: String,
    },
    /// Anything else that is wrong with it.
    #[error("the certificate of {host} can't be believed: {why}")]
    Certificate {
        /// Host and port.
        host: String,
        /// What is wrong.
        why: String,
    },
    /// Nobody is trusted at all.
    #[error("no certificate authority is trusted, so none can vouch for {host}: {why}")]
    NoTrust {
        /// Host and port.
        host: String,
        /// Why there is none.
        why: String,
    },
    /// It answers with something else.
    #[error("{host} answers, but not with TLS")]
    Plain {
        /// Host and port.
        host: String,
    },
    /// It hung up.
    #[error("{host} hung up before TLS was agreed on")]
    HungUp {
        /// Host and port.
        host: String,
    },
    /// It says nothing.
    #[error("{host} did not agree on TLS within 10 seconds")]
    Silent {
        /// Host and port.
        host: String,
    },
    /// The two find no common ground, or anything else.
    #[error("TLS with {host} failed: {why}")]
    Other {
        /// Host and port.
        host: String,
        /// What was wrong.
        why: String,
    },
}

impl TlsProblem {
    /// What to do about it.
    #[must_use]
    pub const fn fix(&self) -> &'static str {
        match self {
            Self::Untrusted { .. } => {
                "Nothing was sent. If the server is the one you mean, add the authority that signed its certificate to this machine's trusted ones, or start the sandbox (not the command that asks it) with SSL_CERT_FILE naming a PEM file of it. Then take the step again."
            }
            Self::OtherName { .. } => {
                "Nothing was sent. Give the target by a name that its certificate is for, or have the certificate made for this name (subjectAltName)."
            }
            Self::Expired { .. } | Self::NotYet { .. } => {
                "Nothing was sent. Have the server's certificate renewed; if it is in order, set this machine's clock right."
            }
            Self::Authority { .. } => {
                "Nothing was sent. Have a certificate made for the server that is not an authority's (CA:FALSE), signed by the authority, and trust the authority alone."
            }
            Self::Certificate { .. } => {
                "Nothing was sent. Have the server show a certificate that this machine can believe, then take the step again."
            }
            Self::NoTrust { .. } => {
                "Nothing was sent. Install this machine's package of certificate authorities, or start the sandbox with SSL_CERT_FILE naming a PEM file of those to trust."
            }
            Self::Plain { .. } => {
                "Nothing was sent. Give the port at which the server speaks TLS; a server on this machine can be had with http:// as well."
            }
            Self::HungUp { .. } | Self::Silent { .. } | Self::Other { .. } => {
                "Nothing was sent. Check that TLS is spoken at this port, in version 1.2 or 1.3, then take the step again."
            }
        }
    }

    /// What TLS itself said.
    pub(super) fn of(host: String, error: &io::Error) -> Self {
        let inner = error.get_ref().and_then(|it| it.downcast_ref::<Error>());
        match inner {
            Some(Error::InvalidCertificate(of_certificate)) => {
                Self::of_certificate(host, of_certificate)
            }
            Some(Error::InvalidMessage(_)) => Self::Plain { host },
            Some(Error::AlertReceived(alert)) => Self::Other {
                host,
                why: format!("the server says {alert:?}"),
            },
            Some(other) => Self::Other {
                host,
                why: other.to_string(),
            },
            None => match error.kind() {
                io::ErrorKind::UnexpectedEof
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::BrokenPipe => Self::HungUp { host },
                _ => Self::Other {
                    host,
                    why: error.to_string(),
                },
            },
        }
    }

    fn of_certificate(host: String, error: &CertificateError) -> Self {
        let when = |before: &str, at: UnixTime| format!("{before} {}", day(at));
        match error {
            CertificateError::UnknownIssuer => {
                // The next step reads anew what is trusted: somebody is about to change it.
                forget();
                Self::Untrusted {
                    host,
                    by: trusting(),
                }
            }
            CertificateError::NotValidForName => Self::OtherName {
                host,
                names: "other names".to_owned(),
            },
            CertificateError::NotValidForNameContext { presented, .. } => Self::OtherName {
                host,
                names: names(presented),
            },
            CertificateError::Expired => Self::Expired {
                host,
                when: String::new(),
            },
            CertificateError::ExpiredContext { not_after, .. } => Self::Expired {
                host,
                when: when(" on", *not_after),
            },
            CertificateError::NotValidYet => Self::NotYet {
                host,
                when: String::new(),
            },
            CertificateError::NotValidYetContext { not_before, .. } => Self::NotYet {
                host,
                when: when(": it begins on", *not_before),
            },
            CertificateError::Other(of_verifier) if is_an_authority(of_verifier) => {
                Self::Authority { host }
            }
            other => Self::Certificate {
                host,
                why: other.to_string(),
            },
        }
    }
}

/// Whether the verifier found an authority's certificate in a server's place: rustls has no word of its own for it, and
/// passes on what the verifier said.
fn is_an_authority(of_verifier: &OtherError) -> bool {
    let said = of_verifier.0.downcast_ref::<webpki::Error>();
    said == Some(&webpki::Error::CaUsedAsEndEntity)
}

/// Names as the verifier gives them, `DnsName("localhost")`, as people write them; a few of them.
fn names(presented: &[String]) -> String {
    const MOST: usize = 4;
    if presented.is_empty() {
        return "no name at all (it has no subjectAltName)".to_owned();
    }
    let bare = |name: &String| {
        let quoted = name.split('"').nth(1);
        let in_brackets = || name.split_once('(')?.1.strip_suffix(')');
        let text = quoted.or_else(in_brackets).unwrap_or(name);
        text.chars().filter(|c| !c.is_control()).collect::<String>()
    };
    let mut all: Vec<String> = presented.iter().take(MOST).map(bare).collect();
    if presented.len() > MOST {
        all.push(format!("{} more", presented.len() - MOST));
    }
    all.join(", ")
}

/// `2020-01-31`.
fn day(at: UnixTime) -> String {
    let seconds = i64::try_from(at.as_secs()).unwrap_or(i64::MAX);
    let text = Timestamp::from_millis(seconds.saturating_mul(1000)).to_string();
    text.split('T').next().unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn an_authority_in_a_servers_place_is_told_from_what_else_the_verifier_may_say() {
        let told = |said: webpki::Error| {
            let error = CertificateError::Other(OtherError(Arc::new(said)));
            TlsProblem::of_certificate("localhost:1".to_owned(), &error)
        };
        let authority = told(webpki::Error::CaUsedAsEndEntity);
        assert!(matches!(authority, TlsProblem::Authority { .. }));
        let other = told(webpki::Error::EndEntityUsedAsCa);
        assert!(matches!(other, TlsProblem::Certificate { .. }), "{other}");
    }

    #[test]
    fn names_of_a_certificate_are_told_as_people_write_them() {
        let presented = |all: &[&str]| {
            let all: Vec<String> = all.iter().map(|it| (*it).to_owned()).collect();
            names(&all)
        };
        assert_eq!(
            presented(&["DnsName(\"a.example.com\")", "IpAddress(127.0.0.1)"]),
            "a.example.com, 127.0.0.1"
        );
        assert_eq!(
            presented(&["a", "b", "c", "d", "e", "f"]),
            "a, b, c, d, 2 more"
        );
        assert!(presented(&[]).contains("subjectAltName"));
    }
}
