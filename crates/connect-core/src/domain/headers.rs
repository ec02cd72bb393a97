//! What headers and statuses mean, in a line each, with where it is written: for the place where they stand.

/// A header or a status with its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explained {
    /// Its name in lower case, or the status.
    pub name: &'static str,
    /// What it means, in one line.
    pub meaning: &'static str,
    /// Where that is written.
    pub source: &'static str,
}

macro_rules! table {
    ($($(#[$doc:meta])* $name:ident { $($key:literal: $meaning:literal, $source:literal;)* })*) => {$(
        $(#[$doc])*
        pub static $name: &[Explained] = &[$(Explained { name: $key, meaning: $meaning, source: $source },)*];
    )*};
}

table! {
    /// Headers that occur here, by name.
    HEADERS {
        "accept": "What the client can read; authorize answers JSON in place of a page when this asks for it.", "RFC 9110 §12.5.1";
        "accept-charset": "Character sets the client can read; out of use.", "RFC 9110 §12.5.2";
        "accept-encoding": "Compressions the client can undo.", "RFC 9110 §12.5.3";
        "accept-language": "Languages the person reads, best first.", "RFC 9110 §12.5.4";
        "accept-ranges": "Whether parts of the resource can be asked for.", "RFC 9110 §14.3";
        "access-control-allow-credentials": "Whether a page of another origin may send cookies along.", "Fetch §3.3.3";
        "access-control-allow-headers": "Headers a page of another origin may send.", "Fetch §3.3.3";
        "access-control-allow-methods": "Methods a page of another origin may use.", "Fetch §3.3.3";
        "access-control-allow-origin": "The origin whose pages may read this answer: one that an app lists as allowed.", "Fetch §3.3.3";
        "access-control-expose-headers": "Headers a page of another origin may read.", "Fetch §3.3.3";
        "access-control-max-age": "For how many seconds the browser need not ask again.", "Fetch §3.3.3";
        "access-control-request-headers": "A browser asks beforehand whether a page may send these headers.", "Fetch §3.3.2";
        "access-control-request-method": "A browser asks beforehand whether a page may use this method.", "Fetch §3.3.2";
        "age": "For how many seconds a cache has held this answer.", "RFC 9111 §5.1";
        "allow": "Methods this address takes.", "RFC 9110 §10.2.1";
        "authorization": "Who asks: Bearer with an access token, or Basic with an app's id and secret.", "RFC 9110 §11.6.2";
        "cache-control": "Who may keep a copy and for how long; answers with tokens say no-store.", "RFC 9111 §5.2";
        "connection": "Whether the connection stays open, and which headers are for this hop alone.", "RFC 9110 §7.6.1";
        "content-disposition": "Whether the body is shown or saved, and under which name.", "RFC 6266 §4";
        "content-encoding": "How the body is compressed.", "RFC 9110 §8.4";
        "content-language": "The language of the body.", "RFC 9110 §8.5";
        "content-length": "Bytes of the body as it was sent.", "RFC 9110 §8.6";
        "content-location": "An address of what the body holds.", "RFC 9110 §8.7";
        "content-range": "Which part of the resource the body is.", "RFC 9110 §14.4";
        "content-security-policy": "What the page may load and from where.", "CSP §3.1";
        "content-type": "What the body is; the token endpoint takes application/x-www-form-urlencoded.", "RFC 9110 §8.3";
        "cookie": "Cookies of this host; the sandbox's sign-in is one whose name includes the workspace.", "RFC 6265 §4.2";
        "cross-origin-opener-policy": "Whether pages of other origins keep a handle on this one.", "HTML §7.1.3";
        "cross-origin-resource-policy": "Which pages may load this.", "Fetch §3.7";
        "date": "When the answer was made, on this machine's clock.", "RFC 9110 §6.6.1";
        "dpop": "A proof that the client holds the key its token is bound to; not used by this platform.", "RFC 9449 §4.1";
        "etag": "A name for this version of the resource.", "RFC 9110 §8.8.3";
        "expect": "The client waits for a go-ahead before it sends the body.", "RFC 9110 §10.1.1";
        "expires": "When a kept copy is out of date.", "RFC 9111 §5.3";
        "forwarded": "Whom a proxy had this from.", "RFC 7239 §4";
        "host": "Name and port the client addressed; each listener takes an exact list of them.", "RFC 9110 §7.2";
        "idempotency-key": "Sent again with the same key, a request gets its first answer instead of a second effect.", "/reference/api";
        "if-match": "Only if the resource is still this version.", "RFC 9110 §13.1.1";
        "if-modified-since": "Only if the resource has changed since.", "RFC 9110 §13.1.3";
        "if-none-match": "Only if the resource is not this version.", "RFC 9110 §13.1.2";
        "keep-alive": "For how long an idle connection stays open.", "RFC 2068 §19.7.1.1";
        "last-modified": "When the resource last changed.", "RFC 9110 §8.8.2";
        "link": "Other addresses that belong to this, such as the next page.", "RFC 8288 §3";
        "location": "Where the browser goes next.", "RFC 9110 §10.2.2";
        "origin": "The origin of the page that asks, as the browser says it.", "RFC 6454 §7";
        "permissions-policy": "Which abilities of the browser the page may use.", "Permissions Policy §6.1";
        "pragma": "no-cache for caches of old.", "RFC 9111 §5.4";
        "priority": "How urgent the client thinks this is.", "RFC 9218 §5";
        "proxy-authorization": "Who asks, for a proxy on the way.", "RFC 9110 §11.7.2";
        "range": "Which part of the resource is wanted.", "RFC 9110 §14.2";
        "referer": "The page that led here.", "RFC 9110 §10.1.3";
        "referrer-policy": "What the browser tells the next address about this page.", "Referrer Policy §4.1";
        "retry-after": "How long to wait before asking again.", "RFC 9110 §10.2.3";
        "sec-fetch-dest": "What the browser will do with the answer.", "Fetch Metadata §2.1";
        "sec-fetch-mode": "How the browser asks: navigate, cors, same-origin, no-cors.", "Fetch Metadata §2.2";
        "sec-fetch-site": "Whether the page that asks is of the same site.", "Fetch Metadata §2.3";
        "sec-fetch-user": "A person's click led here.", "Fetch Metadata §2.4";
        "server": "What answered.", "RFC 9110 §10.2.4";
        "set-cookie": "A cookie for the browser to keep.", "RFC 6265 §4.1";
        "strict-transport-security": "The browser must use https for this host from now on.", "RFC 6797 §6.1";
        "te": "Transfer codings the client can read.", "RFC 9110 §10.1.4";
        "traceparent": "The place of this request in a distributed trace.", "Trace Context §3.2";
        "trailer": "Headers that come after the body.", "RFC 9110 §6.6.2";
        "transfer-encoding": "How the body is cut up for the way: chunked.", "RFC 9112 §6.1";
        "upgrade": "Another protocol the client would change to.", "RFC 9110 §7.8";
        "upgrade-insecure-requests": "The browser would rather have https.", "Upgrade Insecure Requests §3.2.1";
        "user-agent": "What program asks.", "RFC 9110 §10.1.5";
        "vary": "Which request headers the answer depends on.", "RFC 9110 §12.5.5";
        "via": "Proxies on the way.", "RFC 9110 §7.6.3";
        "www-authenticate": "What is missing and how to ask again: the error, and the scope that would do.", "RFC 6750 §3";
        "x-brand-id": "The brand that is meant; a person's token decides over it.", "/concepts/brands-and-multi-tenancy";
        "x-content-type-options": "nosniff: the browser takes the body for what Content-Type says.", "Fetch §3.5";
        "x-forwarded-for": "The address a proxy had this from.", "by custom";
        "x-forwarded-host": "The Host a proxy was asked for.", "by custom";
        "x-forwarded-proto": "http or https, as a proxy was asked.", "by custom";
        "x-frame-options": "Whether other pages may show this one in a frame.", "HTML §7.6";
        "x-loop-delivery-attempt": "Which attempt at this delivery it is, counted from 1.", "/connect/webhooks";
        "x-loop-event-id": "The event's id: the same in every attempt, to tell a repetition by.", "/connect/webhooks";
        "x-loop-event-type": "The type of the event a webhook carries.", "/connect/webhooks";
        "x-loop-signature": "HMAC-SHA256 of the webhook's raw body with the app's signing secret, in hexadecimal.", "/connect/webhooks";
        "x-loop-signature-next": "The signature with the new signing secret while one is being changed (assumed).", "our choice";
        "x-request-id": "A name for this request, to be found again in logs.", "by custom";
        "x-requested-with": "XMLHttpRequest: a script asks.", "by custom";
        "x-total-count": "How many there are in all, of which the body holds a page.", "by custom";
    }
    /// Statuses that occur here.
    STATUSES {
        "100": "Go on and send the body.", "RFC 9110 §15.2.1";
        "101": "The connection speaks another protocol from here on.", "RFC 9110 §15.2.2";
        "200": "It worked, and here is the answer.", "RFC 9110 §15.3.1";
        "201": "Something was made.", "RFC 9110 §15.3.2";
        "202": "It is taken and will be worked on.", "RFC 9110 §15.3.3";
        "204": "It worked, and there is nothing to say.", "RFC 9110 §15.3.5";
        "206": "Here is the part that was asked for.", "RFC 9110 §15.3.7";
        "301": "It has moved for good.", "RFC 9110 §15.4.2";
        "302": "The browser goes to Location; this is how a code or an error reaches the app.", "RFC 9110 §15.4.3";
        "303": "The browser goes to Location with GET.", "RFC 9110 §15.4.4";
        "304": "The kept copy is still good.", "RFC 9110 §15.4.5";
        "307": "The same request again at Location.", "RFC 9110 §15.4.8";
        "308": "The same request at Location from now on.", "RFC 9110 §15.4.9";
        "400": "The request can't be taken as it is; the body says which rule it breaks.", "RFC 9110 §15.5.1";
        "401": "Who asks is not known: no token, a dead one, or a client that did not prove itself.", "RFC 9110 §15.5.2";
        "403": "Who asks is known and may not do this.", "RFC 9110 §15.5.4";
        "404": "There is no such thing, or not for who asks.", "RFC 9110 §15.5.5";
        "405": "This address does not take this method; Allow names those it takes.", "RFC 9110 §15.5.6";
        "406": "There is no form of it that the client can read.", "RFC 9110 §15.5.7";
        "408": "The request did not come in time.", "RFC 9110 §15.5.9";
        "409": "It contradicts the present state.", "RFC 9110 §15.5.10";
        "410": "It was there and is gone for good; a webhook endpoint that says so is switched off.", "RFC 9110 §15.5.11";
        "411": "The length of the body must be given.", "RFC 9110 §15.5.12";
        "412": "It is no longer the version that was asked for.", "RFC 9110 §15.5.13";
        "413": "The body is too large.", "RFC 9110 §15.5.14";
        "414": "The target is too long.", "RFC 9110 §15.5.15";
        "415": "The body is not of a type this address takes.", "RFC 9110 §15.5.16";
        "417": "What Expect asks for can't be done.", "RFC 9110 §15.5.18";
        "421": "This server does not answer for that Host.", "RFC 9110 §15.5.20";
        "422": "The body is well formed, and its values break a rule.", "RFC 9110 §15.5.21";
        "425": "Too early to be safe from being played again.", "RFC 8470 §5.2";
        "428": "It must be asked for with a condition.", "RFC 6585 §3";
        "429": "Too many requests; Retry-After says how long to wait.", "RFC 6585 §4";
        "431": "The head is too large.", "RFC 6585 §5";
        "500": "The server failed.", "RFC 9110 §15.6.1";
        "501": "The server can't do this.", "RFC 9110 §15.6.2";
        "502": "What stands behind the server answered nonsense.", "RFC 9110 §15.6.3";
        "503": "Not at the moment; Retry-After may say when.", "RFC 9110 §15.6.4";
        "504": "What stands behind the server did not answer in time.", "RFC 9110 §15.6.5";
    }
}

/// The meaning of a header, by its name in any case.
#[must_use]
pub fn header(name: &str) -> Option<&'static Explained> {
    let lower = name.to_ascii_lowercase();
    let at = HEADERS.binary_search_by(|known| known.name.cmp(&lower));
    at.ok().map(|at| &HEADERS[at])
}

/// The meaning of a status.
#[must_use]
pub fn status(status: u16) -> Option<&'static Explained> {
    let text = status.to_string();
    let at = STATUSES.binary_search_by(|known| known.name.cmp(&text));
    at.ok().map(|at| &STATUSES[at])
}

/// Whether a header's value opens something by itself, whatever it looks like, so that it leaves this machine only when
/// that is asked for.
#[must_use]
pub fn carries_credentials(name: &str) -> bool {
    [
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
        "x-api-key",
        "api-key",
        "x-auth-token",
        "dpop",
    ]
    .iter()
    .any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_header_and_status_is_found_and_explained() {
        for (table, least) in [(HEADERS, 60), (STATUSES, 35)] {
            assert!(table.len() >= least);
            assert!(
                table.is_sorted_by(|a, b| a.name < b.name),
                "in order, each once"
            );
            for explained in table {
                assert!(explained.meaning.ends_with('.'), "{explained:?}");
                assert!(!explained.source.is_empty());
            }
        }
        for known in HEADERS {
            assert_eq!(header(&known.name.to_uppercase()), Some(known));
        }
        assert_eq!(status(404).map(|known| known.name), Some("404"));
        assert_eq!(status(299), None);
        assert_eq!(header("x-none"), None);
    }
}
