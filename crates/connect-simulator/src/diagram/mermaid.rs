//! The diagram as text for Mermaid.

use std::fmt::Write as _;

use connect_core::domain::walk::{Party, Step};

use super::{ArrowKind, Diagram};

/// The diagram as a Mermaid `sequenceDiagram`.
#[must_use]
pub fn mermaid(diagram: &Diagram) -> String {
    let mut out = String::from("sequenceDiagram\n");
    line(&mut out, format_args!("accTitle: {}", text(&diagram.title)));
    for lane in &diagram.lanes {
        let title = match lane.detail.as_str() {
            "" => text(&lane.title),
            detail => format!("{}<br/>{}", text(&lane.title), text(detail)),
        };
        line(
            &mut out,
            format_args!("participant {} as {title}", id(lane.party)),
        );
    }
    let mut at: Option<(u32, Step)> = None;
    for arrow in &diagram.arrows {
        if at != Some((arrow.run, arrow.step)) {
            at = Some((arrow.run, arrow.step));
            heading(&mut out, diagram, arrow.step);
        }
        let label = match arrow.detail.as_str() {
            "" => text(&arrow.label),
            detail => format!("{}<br/>{}", text(&arrow.label), text(detail)),
        };
        let label = if arrow.foreseen && arrow.bad {
            format!("{label}<br/>as foreseen")
        } else {
            label
        };
        let (from, to) = (id(arrow.from), id(arrow.to));
        match (arrow.kind, arrow.bad) {
            (ArrowKind::Note, false) => line(&mut out, format_args!("Note over {from}: {label}")),
            (ArrowKind::Note, true) => line(&mut out, format_args!("Note over {from}: ✗ {label}")),
            (ArrowKind::Request, _) => line(&mut out, format_args!("{from}->>{to}: {label}")),
            (ArrowKind::Response, false) => line(&mut out, format_args!("{from}-->>{to}: {label}")),
            (ArrowKind::Response, true) => line(&mut out, format_args!("{from}--x{to}: {label}")),
            // An open head on a dotted line: nothing that was sent from here.
            (ArrowKind::Navigation, _) => {
                line(&mut out, format_args!("{from}--){to}: ({label})"));
            }
        }
    }
    out
}

/// A note across all lanes where a step begins.
fn heading(out: &mut String, diagram: &Diagram, step: Step) {
    let title = format!("{}. {}", step.place() + 1, step.title());
    match diagram.lanes.as_slice() {
        [first, .., last] => {
            let over = format!("{},{}", id(first.party), id(last.party));
            line(out, format_args!("Note over {over}: {}", text(&title)));
        }
        [only] => line(
            out,
            format_args!("Note over {}: {}", id(only.party), text(&title)),
        ),
        [] => {}
    }
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String can't fail.
    let _ = writeln!(out, "    {text}");
}

const fn id(party: Party) -> &'static str {
    match party {
        Party::Browser => "browser",
        Party::App => "app",
        Party::Identity => "identity",
        Party::Service => "services",
    }
}

/// Text that Mermaid takes for text: what would end a statement or open markup, a formula or a directive stands as a
/// code.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '#' | ';' | '"' | '\'' | '<' | '>' | '&' | '%' | '$' | '`' | '\\' | '{' | '}' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            c if c.is_whitespace() || c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    let text = out.trim();
    // What Mermaid reads as an order at the start of a label.
    if ["wrap:", "nowrap:"]
        .iter()
        .any(|order| text.starts_with(order))
    {
        return format!("·{text}");
    }
    text.to_owned()
}
