//! What a server reads out of a request: its path, its parameters, its headers.

use url::Url;

use crate::plan::Request;

/// A request as it arrives.
pub(super) struct Message<'r> {
    request: &'r Request,
    /// Path below the target's base URL, still percent-encoded.
    pub(super) path: String,
    /// What is behind the `?`.
    pub(super) query: String,
}

/// Parameters as they are read: an empty one counts as left out, and none may come twice (RFC 6749 §3.1, §3.2).
pub(super) struct Params {
    pairs: Vec<(String, String)>,
    /// What is wrong with them: the first that came twice, or can't be read.
    pub(super) flaw: Option<Flaw>,
    repeated: Vec<String>,
}

/// What is wrong with parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flaw {
    /// One came more than once.
    Repeated(String),
    /// One holds bytes that are no text.
    Unreadable(String),
}

impl<'r> Message<'r> {
    /// The request as the server with this base URL gets it; none when it goes elsewhere.
    pub(super) fn to(base: &str, request: &'r Request) -> Option<Self> {
        let url = Url::parse(&request.url).ok()?;
        Some(Self {
            request,
            path: path(base, &url)?,
            query: url.query().unwrap_or_default().to_owned(),
        })
    }

    /// Its method.
    pub(super) fn method(&self) -> &str {
        &self.request.method
    }

    /// Its body.
    pub(super) fn body(&self) -> &str {
        &self.request.body
    }

    /// Every value of a header.
    pub(super) fn headers(&self, name: &str) -> Vec<&str> {
        let headers = self.request.headers.iter();
        let found = headers.filter(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim()).collect()
    }

    /// The value of a header that came once.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        match self.headers(name).as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Parameters behind the `?`.
    pub(super) fn in_query(&self) -> Params {
        Params::read(&self.query)
    }

    /// Parameters in the body.
    pub(super) fn in_body(&self) -> Params {
        Params::read(self.body())
    }

    /// Whether the body is said to be a form.
    pub(super) fn is_form(&self) -> bool {
        let sent = self.header("content-type").unwrap_or_default();
        let essence = sent.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
    }

    /// Whether whoever asks reads pages.
    pub(super) fn reads_pages(&self) -> bool {
        let accept = self.headers("accept");
        accept
            .first()
            .is_some_and(|accept| accept.contains("text/html"))
    }
}

impl Params {
    fn read(text: &str) -> Self {
        let mut params = Self {
            pairs: Vec::new(),
            flaw: None,
            repeated: Vec::new(),
        };
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (Some(name), Some(value)) = (decoded(name), decoded(value)) else {
                params.flaw.get_or_insert(Flaw::Unreadable(name.to_owned()));
                continue;
            };
            if value.is_empty() {
                continue;
            }
            if params.get(&name).is_some() {
                params.flaw.get_or_insert(Flaw::Repeated(name.clone()));
                params.repeated.push(name);
            } else {
                params.pairs.push((name, value));
            }
        }
        params
    }

    /// The value of a parameter; the first, should there be several.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut pairs = self.pairs.iter();
        let found = pairs.find(|(it, _)| it == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether a parameter came more than once.
    pub(super) fn is_repeated(&self, name: &str) -> bool {
        self.repeated.iter().any(|it| it == name)
    }

    /// Names in the order sent.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(name, _)| name.as_str())
    }
}

/// The path of a URL below a server's base URL, still percent-encoded; none when it is elsewhere.
pub(super) fn path(base: &str, url: &Url) -> Option<String> {
    let base = Url::parse(base).ok()?;
    let here = url.origin() == base.origin() && url.username().is_empty();
    let root = base.path().trim_end_matches('/');
    let path = url.path().strip_prefix(root)?;
    (here && path.starts_with('/')).then(|| path.to_owned())
}

/// Undoes the encoding of a form; none for what is no text.
fn decoded(part: &str) -> Option<String> {
    let spaced = part.replace('+', " ");
    let text = percent_encoding::percent_decode_str(&spaced)
        .decode_utf8()
        .ok()?;
    (!text.contains('\0')).then(|| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_parameter_is_left_out_and_one_that_comes_twice_is_a_flaw() {
        let params = Params::read("a=&a=1&b=x+y&b=z&c=%FF");
        assert_eq!((params.get("a"), params.get("b")), (Some("1"), Some("x y")));
        assert_eq!(params.flaw, Some(Flaw::Repeated("b".to_owned())));
        assert!(params.is_repeated("b") && !params.is_repeated("a"));
        let flaw = Params::read("c=%FF").flaw;
        assert_eq!(flaw, Some(Flaw::Unreadable("c".to_owned())));
    }

    #[test]
    fn a_path_is_read_below_the_base_and_nowhere_else() {
        let request = Request::get("https://stage.example/loop/v1/oauth/token?a=1");
        let below = Message::to("https://stage.example/loop", &request).expect("below");
        assert_eq!(
            (below.path.as_str(), below.query.as_str()),
            ("/v1/oauth/token", "a=1")
        );
        assert!(Message::to("https://other.example", &request).is_none());
    }
}
