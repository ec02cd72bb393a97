//! What the forms and colours of a picture mean, below it: those that it has.

use super::layout::{Layout, MARGIN};
use super::text::{Face, width};
use super::{Out, mark, tone};
use crate::diagram::{Arrow, ArrowKind, Diagram};

/// A sample of a line.
const SAMPLE: f64 = 34.0;

/// Draws it.
pub(super) fn draw(out: &mut Out, diagram: &Diagram, layout: &Layout) {
    let is = |kind, arrow: &Arrow| arrow.kind == kind;
    let refused = |foreseen, arrow: &Arrow| arrow.bad && arrow.foreseen == foreseen;
    let kinds: [(&str, &dyn Fn(&Arrow) -> bool); 5] = [
        ("Request", &|it| is(ArrowKind::Request, it)),
        ("Answer", &|it| is(ArrowKind::Response, it) && !it.bad),
        ("Browser on its way, no request of ours", &|it| {
            is(ArrowKind::Navigation, it)
        }),
        ("Refused, as foreseen", &|it| {
            is(ArrowKind::Response, it) && refused(true, it)
        }),
        ("Refused or failed", &|it| {
            is(ArrowKind::Response, it) && refused(false, it)
        }),
    ];
    let (mut x, y) = (MARGIN, layout.height - MARGIN);
    for (words, of) in kinds {
        let Some(arrow) = diagram.arrows.iter().find(|it| of(it)) else {
            continue;
        };
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
