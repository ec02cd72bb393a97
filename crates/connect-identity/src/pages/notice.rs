//! Short pages with one message: an interaction that is over, a form that was refused, signed out, no such page.

use askama::Template;

use super::destination::Destination;
use super::{AppView, Page, PersonaView, html, text};

/// The message, and what goes with it.
struct Notice {
    title: String,
    /// The symbol above the title.
    symbol: Symbol,
    paragraphs: Vec<String>,
    facts: Vec<Fact>,
    steps: Vec<String>,
    links: Vec<Suggestion>,
    commands: Vec<String>,
    trace_id: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Symbol {
    Done,
    Clock,
    Stop,
    Missing,
}

/// A name and its value.
struct Fact {
    label: &'static str,
    value: String,
    is_code: bool,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticeTemplate<'a> {
    notice: &'a Notice,
    trace_id: Option<&'a str>,
}

impl Notice {
    fn new(symbol: Symbol, title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            symbol,
            paragraphs: Vec::new(),
            facts: Vec::new(),
            steps: Vec::new(),
            links: Vec::new(),
            commands: Vec::new(),
            trace_id: None,
        }
    }

    fn says(mut self, text: impl Into<String>) -> Self {
        self.paragraphs.push(text.into());
        self
    }

    fn fact(mut self, label: &'static str, value: impl Into<String>) -> Self {
        self.facts.push(Fact {
            label,
            value: value.into(),
            is_code: true,
        });
        self
    }

    fn words(mut self, label: &'static str, value: impl Into<String>) -> Self {
        self.facts.push(Fact {
            label,
            value: value.into(),
            is_code: false,
        });
        self
    }

    fn step(mut self, text: impl Into<String>) -> Self {
        self.steps.push(text.into());
        self
    }

    fn command(mut self, text: impl Into<String>) -> Self {
        self.commands.push(text.into());
        self
    }

    fn traced(mut self, trace_id: Option<&str>) -> Self {
        self.trace_id = trace_id.map(str::to_owned);
        self
    }

    fn render(&self) -> String {
        html(&NoticeTemplate {
            notice: self,
            trace_id: self.trace_id.as_deref(),
        })
    }
}

/// How an interaction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nobody answered in time.
    Expired,
    /// The person allowed it; the app has its code.
    Allowed,
    /// The person denied it; the app has its error.
    Denied,
    /// There is no such interaction: a made-up link, or the sandbox was cleared or restored.
    Unknown,
}

/// A sign-in or consent page that can no longer be answered: someone pressed back, reloaded, or waited too long.
/// Status 410, or 404 for [`Outcome::Unknown`].
#[derive(Debug, Clone)]
pub struct InteractionOver {
    /// How it ended.
    pub outcome: Outcome,
    /// The app, when the interaction is known.
    pub app: Option<AppView>,
    /// Where its answer went or would have gone, when known.
    pub redirect_uri: Option<String>,
    /// Its trace.
    pub trace_id: Option<String>,
}

impl Page for InteractionOver {
    fn render(&self) -> String {
        let app = self.app.as_ref().map_or_else(
            || "the app".to_owned(),
            |app| text::isolated(&app.display_name()),
        );
        let place = self
            .redirect_uri
            .as_deref()
            .map(|uri| Destination::of(uri).place);
        let answered = |title: &str, what: &str| {
            let sent = match &place {
                Some(place) => format!(
                    "{what} The answer was sent to {place}. Each request is answered once, so this page can do nothing more."
                ),
                None => format!(
                    "{what} Each request is answered once, so this page can do nothing more."
                ),
            };
            Notice::new(Symbol::Done, title).says(sent)
        };
        let notice = match self.outcome {
            Outcome::Expired => Notice::new(Symbol::Clock, "This page has expired")
                .says("Nobody answered in time, or the sandbox’s clock was moved past the end of this request. Nothing was allowed."),
            Outcome::Allowed => answered("You already allowed this", &format!("You allowed {app} to connect.")),
            Outcome::Denied => answered("You already denied this", &format!("You denied {app}. Nothing was shared.")),
            Outcome::Unknown => Notice::new(Symbol::Missing, "There is no such request")
                .says("This sign-in request is not known here. Its link may be cut off, or the sandbox was cleared or restored since."),
        };
        notice
            .step(format!(
                "Go back to {app} and choose “Connect with Loop” there to start again."
            ))
            .traced(self.trace_id.as_deref())
            .render()
    }
}

/// A form that did not come from the page this browser was shown: wrong or missing `csrf`, or a foreign `Origin`
/// (RFC 6749 §10.12). Status 403.
#[derive(Debug, Clone)]
pub struct FormRefused {
    /// The check that failed, for example `csrf_matches`.
    pub check: String,
    /// What was wrong with it, in plain words.
    pub reason: String,
    /// This exchange.
    pub exchange_id: String,
    /// Its trace.
    pub trace_id: Option<String>,
}

impl Page for FormRefused {
    fn render(&self) -> String {
        Notice::new(Symbol::Stop, "This form was not accepted")
            .says("It did not come from the page that this browser was shown, so nothing was done. This is how a form sent by another site is kept out.")
            .words("Reason", text::visible_within(&self.reason, 300))
            .fact("Check", text::visible_within(&self.check, 80))
            .step("Go back to the app and choose “Connect with Loop” there to start again.")
            .step("If it happens every time: this page needs cookies for this address, and has to be answered in the browser that opened it.")
            .command(explain(&self.exchange_id))
            .traced(self.trace_id.as_deref())
            .render()
    }
}

/// Signed out of the sandbox. Status 200.
#[derive(Debug, Clone)]
pub struct SignedOut {
    /// Who was signed in; `None` when nobody was.
    pub person: Option<PersonaView>,
    /// The trace.
    pub trace_id: Option<String>,
}

impl Page for SignedOut {
    fn render(&self) -> String {
        let notice = match &self.person {
            Some(person) => Notice::new(Symbol::Done, "You are signed out").says(format!(
                "{} is no longer signed in to the sandbox in this browser.",
                text::isolated(&person.display_name())
            )),
            None => Notice::new(Symbol::Done, "Nobody was signed in")
                .says("There was no one to sign out in this browser."),
        };
        notice
            .says("Apps that were connected stay connected until they are disconnected: signing out ends no grant.")
            .traced(self.trace_id.as_deref())
            .render()
    }
}

/// No page under this address. Status 404.
#[derive(Debug, Clone)]
pub struct NotFound {
    /// The path asked for.
    pub path: String,
    /// Why, when more is known than that: a switch that is off, a service that is left out on purpose.
    pub reason: Option<String>,
    /// Addresses that do exist.
    pub suggestions: Vec<Suggestion>,
    /// This exchange.
    pub exchange_id: String,
}

/// An address that does exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Its path: `/.well-known/jwks.json`. One that starts with a single slash and names no parameter is linked.
    pub path: String,
    /// What it is, in a few words.
    pub what: String,
}

impl Suggestion {
    fn opens(&self) -> bool {
        self.path.starts_with('/')
            && !self.path.starts_with("//")
            && !self.path.contains(['{', '\\'])
    }
}

impl Page for NotFound {
    fn render(&self) -> String {
        let mut notice = Notice::new(Symbol::Missing, "There is nothing at this address")
            .says(
                self.reason
                    .clone()
                    .unwrap_or_else(|| "The sandbox is running, but has no page here.".to_owned()),
            )
            .fact("Address", text::visible_within(&self.path, 300));
        notice.links.clone_from(&self.suggestions);
        notice.command(explain(&self.exchange_id)).render()
    }
}

/// The address exists, the method does not. Status 405, with `Allow`.
#[derive(Debug, Clone)]
pub struct MethodNotAllowed {
    /// The method used.
    pub method: String,
    /// The path asked for.
    pub path: String,
    /// The methods there are.
    pub allowed: Vec<String>,
    /// This exchange.
    pub exchange_id: String,
}

impl Page for MethodNotAllowed {
    fn render(&self) -> String {
        let method = text::visible_within(&self.method, 40);
        Notice::new(Symbol::Stop, "This address is not a page")
            .says(format!(
                "It answers programs that call it with {}. This request was {method}.",
                self.allowed.join(" or ")
            ))
            .fact("Address", text::visible_within(&self.path, 300))
            .fact("Accepted", self.allowed.join(", "))
            .fact("Received", method)
            .command(explain(&self.exchange_id))
            .render()
    }
}

/// Ours failed. Status 500.
#[derive(Debug, Clone)]
pub struct ServerFault {
    /// This exchange.
    pub exchange_id: String,
    /// Its trace.
    pub trace_id: Option<String>,
}

impl Page for ServerFault {
    fn render(&self) -> String {
        Notice::new(Symbol::Stop, "The sandbox failed")
            .says("This is a fault of the sandbox, not of the app and not yours. Nothing was allowed.")
            .step("Try again. If it stays, the sandbox’s log says more.")
            .command(explain(&self.exchange_id))
            .traced(self.trace_id.as_deref())
            .render()
    }
}

fn explain(exchange_id: &str) -> String {
    format!(
        "connect-sandbox explain {}",
        text::visible_within(exchange_id, 80)
    )
}
