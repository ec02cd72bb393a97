//! The page at the base URL: what answers here, and where to read on.

use askama::Template;

use super::{Page, html};

/// The front page. Status 200. Anybody may read it: it says nothing that is secret.
#[derive(Debug, Clone)]
pub struct FrontPage {
    /// The base URL as it was addressed: the issuer.
    pub base_url: String,
    /// Names of the services, as they stand in paths.
    pub services: Vec<&'static str>,
}

#[derive(Template)]
#[template(path = "front.html")]
struct FrontTemplate<'a> {
    page: &'a FrontPage,
    trace_id: Option<&'a str>,
}

impl Page for FrontPage {
    fn render(&self) -> String {
        html(&FrontTemplate {
            page: self,
            trace_id: None,
        })
    }
}
