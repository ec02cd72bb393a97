//! What the forms and colours of a picture mean, below it: those that it has.

use super::layout::{Layout, MARGIN};
use super::text::{Face, width};
use super::{Out, mark, tone};
use crate::diagram::{Arrow, ArrowKind, Diagram};

/// A sample of a line.
const SAMPLE: f64 = 34.0;

const REQUEST: &str = "Request";
const ANSWER: &str = "Answer";
const BROWSER: &str = "Browser on its way, no request of ours";
const FORESEEN: &str = "Refused, as foreseen";
const REFUSED: &str = "Refused or failed";
/// In the order of the legend.
const MEANINGS: [&str; 5] = [REQUEST, ANSWER, BROWSER, FORESEEN, REFUSED];

/// What an arrow's form and colour mean.
fn meaning(arrow: &Arrow) -> Option<&'static str> {
    match arrow.kind {
        ArrowKind::Request => Some(REQUEST),
        ArrowKind::Navigation => Some(BROWSER),
        ArrowKind::Response if !arrow.bad => Some(ANSWER),
        ArrowKind::Response if arrow.foreseen => Some(FORESEEN),
        ArrowKind::Response => Some(REFUSED),
        ArrowKind::Note => None,
    }
}

/// Draws it.
pub(super) fn draw(out: &mut Out, diagram: &Diagram, layout: &Layout) {
    let (mut x, y) = (MARGIN, layout.height - MARGIN);
    for words in MEANINGS {
        let first = diagram.arrows.iter().find(|it| meaning(it) == Some(words));
        let Some(arrow) = first else { continue };
        let kind = match arrow.kind {
            ArrowKind::Request => "request",
            ArrowKind::Navigation => "navigation",
            _ => "response",
        };
        let (tone, mark) = (tone(arrow), mark(arrow));
        let (end, middle) = (x + SAMPLE, y - 4.0);
        let (back, up, down) = (end - 8.0, middle - 4.5, middle + 4.5);
        let close = if arrow.kind == ArrowKind::Request {
            "Z"
        } else {
            ""
        };
        out.put(format_args!(
            r#"<g class="{kind}{tone}"><path class="line" d="M{x} {middle}H{end}"/><path class="tip" d="M{back} {up}L{end} {middle}L{back} {down}{close}"/></g>"#
        ));
        let text_x = end + 8.0;
        out.put(format_args!(
            r#"<text class="small" x="{text_x}" y="{y}">{mark}{words}</text>"#
        ));
        x = text_x + width(words, Face::Sans) + 26.0;
    }
}
