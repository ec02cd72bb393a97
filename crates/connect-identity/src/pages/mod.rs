//! The pages for people: sign-in, consent, and those that say why neither is shown.
//!
//! Each page is a plain struct and rendering is a pure function of it: no clock, no store, no request. The pages work
//! without script, carry no inline style, load nothing but the files of [`assets`], and may not be framed.
//!
//! To answer with one: build the struct, then [`Page::response`], which also sets the headers that belong to it. To
//! add a page: a struct with its template that implements [`Page`], and a row in the sample pages of the tests, which
//! then check its markup.

pub mod app;
pub mod assets;
mod avatar;
pub mod consent;
mod destination;
pub mod difference;
mod front;
mod headers;
pub mod notice;
pub mod person;
pub mod refusal;
#[cfg(test)]
mod sample;
pub mod scope;
pub mod sign_in;
#[cfg(test)]
mod tests;
pub mod text;

use http::{HeaderValue, Response, StatusCode, header};

pub use app::AppView;
pub use assets::{Asset, asset};
pub use consent::Consent;
pub use front::FrontPage;
pub use headers::security_headers;
pub use notice::{
    FormRefused, InteractionOver, MethodNotAllowed, NotFound, Outcome, ServerFault, SignedOut,
    Suggestion,
};
pub use person::PersonaView;
pub use refusal::{Comparison, RefusalPage};
pub use scope::ScopeView;
pub use sign_in::{SignIn, SignInReason};

/// A page for people.
pub trait Page {
    /// The whole HTML document.
    fn render(&self) -> String;

    /// The app whose logo the page shows; the policy has to allow its origin.
    fn app(&self) -> Option<&AppView> {
        None
    }

    /// The page as an answer: status, `Content-Type` and [`security_headers`].
    fn response(&self, status: StatusCode) -> Response<String> {
        let mut response = Response::new(self.render());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
        headers.extend(security_headers(self.app()));
        response
    }
}

/// Renders a template.
fn html(template: &impl askama::Template) -> String {
    template.render().expect(
        "a template of plain values fails only when writing fails, and a String takes everything",
    )
}
