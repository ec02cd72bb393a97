//! A browser without a screen: keeps cookies, reads the pages' forms, presses their buttons.

use super::http::{Answer, Request};
use super::partner::{Authorize, Code};
use super::sandbox::Sandbox;

/// One browser.
pub(crate) struct Browser<'s> {
    sandbox: &'s Sandbox,
    pub(crate) cookies: Vec<(String, String)>,
    /// Status of every redirect followed or handed out.
    pub(crate) redirects: Vec<u16>,
}

/// A form of a page, as far as tests need it.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// Path of the page.
    pub(crate) path: String,
    pub(crate) answer: Answer,
}

impl Page {
    /// The hidden token of the page's forms.
    #[track_caller]
    pub(crate) fn csrf(&self) -> String {
        self.between("name=\"csrf\" value=\"", "\"")
            .unwrap_or_else(|| panic!("no form on {}: {}", self.path, self.answer))
    }

    /// The id of the person whose button shows `email`.
    #[track_caller]
    pub(crate) fn person(&self, email: &str) -> String {
        let text = self.answer.text();
        let buttons = text
            .split("<button")
            .filter(|button| button.contains("name=\"user_id\""));
        let button = buttons.into_iter().find(|button| button.contains(email));
        let button = button
            .unwrap_or_else(|| panic!("nobody called {email} on {}: {}", self.path, self.answer));
        cut(button, "value=\"", "\"").expect("a button has a value")
    }

    pub(crate) fn is_sign_in(&self) -> bool {
        self.answer.status == 200 && self.answer.text().contains("name=\"user_id\"")
    }

    pub(crate) fn is_consent(&self) -> bool {
        self.answer.status == 200 && self.answer.text().contains("value=\"allow\"")
    }

    fn between(&self, before: &str, after: &str) -> Option<String> {
        cut(&self.answer.text(), before, after)
    }
}

/// What stands between two texts.
pub(crate) fn cut(text: &str, before: &str, after: &str) -> Option<String> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0.to_owned())
}

impl<'s> Browser<'s> {
    pub(crate) fn new(sandbox: &'s Sandbox) -> Self {
        Self {
            sandbox,
            cookies: Vec::new(),
            redirects: Vec::new(),
        }
    }

    /// Sends a request with the cookies, and keeps those that come back.
    pub(crate) async fn send(&mut self, request: Request) -> Answer {
        let request = match self.cookies.as_slice() {
            [] => request,
            cookies => {
                let pairs: Vec<String> = cookies
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect();
                request.header("Cookie", pairs.join("; "))
            }
        };
        let answer = self.sandbox.send(&request).await;
        for cookie in answer.headers("set-cookie") {
            let (name, value) = cookie
                .split(';')
                .next()
                .and_then(|pair| pair.split_once('='))
                .expect("a cookie");
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        if (300..400).contains(&answer.status) {
            self.redirects.push(answer.status);
        }
        answer
    }

    /// Follows redirects within the sandbox; stops at a page or at a redirect to somewhere else.
    pub(crate) async fn follow(&mut self, mut path: String, mut answer: Answer) -> Page {
        for _ in 0..10 {
            let own = answer
                .header("location")
                .filter(|place| place.starts_with('/') && !place.starts_with("//"));
            let Some(next) = own.map(str::to_owned) else {
                return Page { path, answer };
            };
            answer = self.send(Request::get(next.clone())).await;
            path = next;
        }
        panic!("redirected in circles at {path}");
    }

    /// Opens the app's link: the sign-in page, the consent page, or the way back to the app.
    pub(crate) async fn open(&mut self, authorize: &Authorize) -> Page {
        let answer = self.send(authorize.request()).await;
        self.follow(authorize.target(), answer).await
    }

    /// Sends a form of `page` with its token, as its own page would.
    pub(crate) async fn submit(&mut self, page: &Page, fields: &[(&str, &str)]) -> Page {
        let (request, path) = self.form(page, fields);
        let answer = self.send(request).await;
        self.follow(path, answer).await
    }

    /// The request that [`Browser::submit`] sends, and its path.
    pub(crate) fn form(&self, page: &Page, fields: &[(&str, &str)]) -> (Request, String) {
        let csrf = page.csrf();
        let mut pairs = vec![("csrf", csrf.as_str())];
        pairs.extend(fields);
        let path = page.path.split('?').next().unwrap_or(&page.path).to_owned();
        let request = Request::post(path.clone())
            .header("Origin", self.sandbox.issuer())
            .form(&pairs);
        (request, path)
    }

    /// Chooses a person on the sign-in page.
    pub(crate) async fn sign_in(&mut self, page: &Page, email: &str) -> Page {
        let person = page.person(email);
        self.submit(page, &[("user_id", &person)]).await
    }

    /// Opens the link, signs in as `email` if asked to, and stops at the consent page.
    pub(crate) async fn consent_page(&mut self, authorize: &Authorize, email: &str) -> Page {
        let page = self.open(authorize).await;
        let page = if page.is_sign_in() {
            self.sign_in(&page, email).await
        } else {
            page
        };
        assert!(page.is_consent(), "no consent page: {}", page.answer);
        page
    }

    /// The whole way through the pages to the redirect that carries the code.
    pub(crate) async fn allow(&mut self, authorize: &Authorize, email: &str) -> Answer {
        let page = self.consent_page(authorize, email).await;
        self.submit(&page, &[("decision", "allow")]).await.answer
    }

    /// The same, as far as the code.
    pub(crate) async fn code(&mut self, authorize: &Authorize, email: &str) -> Code {
        let answer = self.allow(authorize, email).await;
        authorize.code_of(&answer)
    }
}
