//! The answer to the authorization request: what a slip changed in it, and what the app looks at before it takes the code.

use connect_core::domain::walk::Step;

use super::super::values::Var;
use super::failed;
use crate::plan::Request;
use crate::session::{Place, Run, Session};

/// What slips change in the answer to the authorization request.
const CHANGED: [&str; 4] = ["code", "state", "iss", "error"];

/// The answer to the authorization request.
pub(in super::super) struct Take {
    /// What is changed in it on purpose before the app looks: a parameter, and its value, or none when it is taken out.
    pub(in super::super) changes: Vec<(&'static str, Option<String>)>,
    /// What the app looks at, in order; the last one is refused when the app drops the answer.
    pub(in super::super) looks: Vec<Look>,
    /// Whether there is a code to be taken.
    pub(in super::super) code: bool,
    refused: bool,
}

/// What the app looks at in the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Look {
    State {
        refused: bool,
    },
    Issuer {
        refused: bool,
    },
    /// The error that is expected.
    Error {
        expected: Option<String>,
        refused: bool,
    },
    /// Only where it is missed.
    NoCode,
}

impl Look {
    /// What it is looked at by: what has to be right, or what has to be found wrong.
    pub(in super::super) const fn by(&self) -> &'static str {
        match self {
            Self::State { refused: true }
            | Self::Issuer { refused: true }
            | Self::Error { refused: true, .. }
            | Self::NoCode => "refuse",
            _ => "check",
        }
    }
}

impl Take {
    pub(in super::super) const fn is_refused(&self) -> bool {
        self.refused
    }

    pub(in super::super) fn vars(&self) -> Vec<Var> {
        let vars = self.looks.iter().filter_map(|look| match look {
            Look::State { .. } => Some(Var::State),
            Look::Issuer { .. } => Some(Var::setting("LOOP_ISSUER")),
            Look::Error { .. } | Look::NoCode => None,
        });
        vars.collect()
    }
}

/// How the answer is taken; `run` is the step in which it was, if it was, and `state` whether it was asked for with one.
pub(in super::super) fn take(session: &Session, run: Option<&Run>, state: bool) -> Take {
    let metadata = session.facts.metadata.as_ref();
    let promised = metadata.and_then(|it| {
        it.get("authorization_response_iss_parameter_supported")?
            .as_bool()
    });
    let issuer = promised == Some(true);
    let answered = session
        .run_of(Step::SignIn)
        .and_then(|it| it.answered.as_ref());
    let answered = answered.filter(|it| it.place == Place::Redirect);
    let error = answered.and_then(|it| it.error.clone());
    let slip = run.filter(|run| run.tamper.is_some());
    let refused = slip.and_then(failed).map(|check| check.name.as_str());
    let mut take = Take {
        changes: slip.map_or_else(Vec::new, |run| changes(session, run)),
        looks: Vec::new(),
        code: refused.is_none() && error.is_none(),
        refused: refused.is_some(),
    };
    let is = |name: &str| refused == Some(name);
    if state {
        let refused = is("state_matches");
        take.looks.push(Look::State { refused });
        if refused {
            return take;
        }
    }
    if issuer {
        let refused = is("issuer_matches");
        take.looks.push(Look::Issuer { refused });
        if refused {
            return take;
        }
    }
    let refused = is("no_error");
    take.looks.push(Look::Error {
        expected: error.filter(|_| !refused),
        refused,
    });
    if is("code_present") {
        take.looks.push(Look::NoCode);
    }
    take
}

/// What was changed in the answer, of what slips change: what the app saw against what came. Whatever else came, and under
/// whatever name, is no part of the program.
fn changes(session: &Session, run: &Run) -> Vec<(&'static str, Option<String>)> {
    let came = session.facts.callback_url.clone().unwrap_or_default();
    let came = Request::get(came);
    let changes = CHANGED.into_iter().filter_map(|name| {
        let mut seen = run.shown.iter();
        let now = seen
            .find(|it| it.how == "From the callback URL" && it.name == name)
            .map(|it| it.value.clone());
        (now != came.parameter(name)).then_some((name, now))
    });
    changes.collect()
}
