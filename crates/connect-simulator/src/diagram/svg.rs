//! The diagram as a picture that stands for itself: no script, no font and no address of elsewhere; light or dark as the
//! reader's system is.

mod layout;
mod legend;
mod text;

use std::fmt::Write as _;

use connect_core::domain::walk::Party;

use self::layout::{BESIDE, HEAD, Layout, MARGIN, Row, TITLE, note_room};
use self::text::{Face, escaped, fit, lines, width};
use super::{Arrow, ArrowKind, Diagram, Lane};

const STYLE: &str = include_str!("svg/style.css");
/// Between an arrow's end and the middle of its lane.
const OFF: f64 = 5.0;

/// The diagram as SVG.
#[must_use]
pub fn svg(diagram: &Diagram) -> String {
    let layout = Layout::of(diagram);
    let mut out = Out(String::with_capacity(16 * 1024));
    let (width, height) = (layout.width, layout.height);
    out.put(format_args!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-labelledby="title desc">"#
    ));
    out.put(format_args!(
        r#"<title id="title">{}</title><desc id="desc">{}</desc>"#,
        escaped(&format!("{}: sequence diagram", diagram.title)),
        escaped(&in_words(diagram))
    ));
    out.put(format_args!("<style>\n{STYLE}</style>"));
    out.put(format_args!(
        r#"<rect class="ground" width="{width}" height="{height}"/>"#
    ));
    let y = MARGIN + 17.0;
    out.put(format_args!(
        r#"<text class="title" x="{MARGIN}" y="{y}">{}</text>"#,
        escaped(&fit(&diagram.title, Face::Mono, width - 2.0 * MARGIN))
    ));
    steps(&mut out, &layout);
    lanes(&mut out, diagram, &layout);
    let rows: Vec<(&Arrow, &Row)> = diagram.arrows.iter().zip(&layout.rows).collect();
    for pair in rows.windows(2) {
        let [(asked, from), (answered, to)] = *pair else {
            continue;
        };
        if asked.kind == ArrowKind::Request && asked.exchange == answered.exchange {
            busy(&mut out, layout.x(asked.to), from.line, to.line);
        }
    }
    for (arrow, row) in rows {
        match arrow.kind {
            ArrowKind::Note => note(&mut out, &layout, arrow, row),
            _ => message(&mut out, &layout, arrow, row),
        }
    }
    legend::draw(&mut out, diagram, &layout);
    out.put(format_args!("</svg>"));
    out.0
}

/// A picture as it is written.
struct Out(String);

impl Out {
    fn put(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a String can't fail.
        let _ = writeln!(self.0, "{element}");
    }
}

/// The diagram in words, for those who do not see it.
fn in_words(diagram: &Diagram) -> String {
    let name = |party: Party| {
        let mut lanes = diagram.lanes.iter();
        let lane = lanes.find(|lane| lane.party == party);
        lane.map_or("", |lane| &*lane.title)
    };
    let one = |arrow: &Arrow| {
        let (from, to) = (name(arrow.from), name(arrow.to));
        match arrow.kind {
            ArrowKind::Request => format!("{from} to {to}: {}.", arrow.label),
            ArrowKind::Response => format!("{from} answers {to}: {}.", arrow.label),
            ArrowKind::Navigation if arrow.to == Party::App => {
                format!("{from} comes back to {to}: {}.", arrow.label)
            }
            ArrowKind::Navigation => format!("{from} sends {to} on its way: {}.", arrow.label),
            ArrowKind::Note => format!("{from}: {}.", arrow.label),
        }
    };
    let all: Vec<String> = diagram.arrows.iter().map(one).collect();
    all.join(" ")
}

fn steps(out: &mut Out, layout: &Layout) {
    let end = layout.width - MARGIN;
    for heading in &layout.steps {
        let (rule, y) = (heading.y - 9.0, heading.y + 20.0);
        out.put(format_args!(
            r#"<path class="rule" d="M{MARGIN} {rule}H{end}"/>"#
        ));
        let (x, middle) = (MARGIN + 11.0, y - 4.0);
        out.put(format_args!(
            r#"<circle class="number" cx="{x}" cy="{middle}" r="10"/><text class="digit" x="{x}" y="{y}" text-anchor="middle">{}</text>"#,
            heading.step.place() + 1
        ));
        let x = MARGIN + 30.0;
        let mut y = y;
        for line in lines(heading.step.title(), 20) {
            out.put(format_args!(
                r#"<text class="step" x="{x}" y="{y}">{}</text>"#,
                escaped(&line)
            ));
            y += 15.0;
        }
    }
}

fn lanes(out: &mut Out, diagram: &Diagram, layout: &Layout) {
    let top = MARGIN + TITLE;
    for lane in &diagram.lanes {
        let x = layout.x(lane.party);
        let from = top + HEAD.1;
        let to = layout.bottom;
        out.put(format_args!(r#"<path class="life" d="M{x} {from}V{to}"/>"#));
        head(out, lane, x, top);
        head(out, lane, x, to);
    }
}

fn head(out: &mut Out, lane: &Lane, x: f64, top: f64) {
    let (width, height) = HEAD;
    let left = x - width / 2.0;
    out.put(format_args!(
        r#"<g><title>{}</title><rect class="head" x="{left}" y="{top}" width="{width}" height="{height}" rx="6"/>"#,
        escaped(&format!("{}: {}", lane.title, lane.detail))
    ));
    let (icon_x, icon_y) = (left + 12.0, top + 16.0);
    out.put(format_args!(
        r#"<path class="icon" transform="translate({icon_x} {icon_y})" d="{}"/>"#,
        icon(lane.party)
    ));
    let text_x = left + 38.0;
    let y = if lane.detail.is_empty() {
        top + 29.0
    } else {
        top + 21.0
    };
    out.put(format_args!(
        r#"<text class="name" x="{text_x}" y="{y}">{}</text>"#,
        escaped(&lane.title)
    ));
    let y = y + 16.0;
    out.put(format_args!(
        r#"<text class="small" x="{text_x}" y="{y}">{}</text></g>"#,
        escaped(&fit(&lane.detail, Face::Sans, width - 44.0))
    ));
}

/// 16 by 16 pixels, drawn with lines.
const fn icon(party: Party) -> &'static str {
    match party {
        // A window.
        Party::Browser => "M1.5 2.5h13v11h-13zM1.5 6h13M4 4.3h.01M6.2 4.3h.01",
        // Angle brackets.
        Party::App => "M5 4 1.5 8 5 12M11 4l3.5 4L11 12M9.2 2.8 6.8 13.2",
        // A shield with a tick.
        Party::Identity => {
            "M8 1.2 13.8 3.4v4.2c0 3.4-2.4 5.8-5.8 7.2-3.4-1.4-5.8-3.8-5.8-7.2V3.4zM5.4 8l1.9 1.9 3.4-3.6"
        }
        // Two drawers.
        Party::Service => {
            "M1.8 2h12.4v5H1.8zM1.8 9h12.4v5H1.8zM4.4 4.5h.01M4.4 11.5h.01M7 4.5h4.6M7 11.5h4.6"
        }
    }
}

/// A refusal that was said before has another colour than one that was not.
const fn tone(arrow: &Arrow) -> &'static str {
    match (arrow.bad, arrow.foreseen) {
        (false, _) => "",
        (true, false) => " bad",
        (true, true) => " foreseen",
    }
}

/// And another sign, for those who do not tell colours apart.
const fn mark(arrow: &Arrow) -> &'static str {
    match (arrow.bad, arrow.foreseen) {
        (false, _) => "",
        (true, false) => "✗ ",
        (true, true) => "⊘ ",
    }
}

/// The time between a request and its answer.
fn busy(out: &mut Out, x: f64, from: f64, to: f64) {
    let (left, height) = (x - 4.0, to - from);
    out.put(format_args!(
        r#"<rect class="busy" x="{left}" y="{from}" width="8" height="{height}" rx="2"/>"#
    ));
}

fn message(out: &mut Out, layout: &Layout, arrow: &Arrow, row: &Row) {
    let (from, to) = (layout.x(arrow.from), layout.x(arrow.to));
    // To the right or to the left; an arrow to itself, which there is none of, would be a point.
    let way = if to >= from { 1.0 } else { -1.0 };
    let (start, end) = (from + OFF * way, to - OFF * way);
    let y = row.line;
    let kind = match arrow.kind {
        ArrowKind::Request => "request",
        ArrowKind::Navigation => "navigation",
        _ => "response",
    };
    let bad = tone(arrow);
    let whole = [&*arrow.label, &*arrow.detail].join("\n");
    out.put(format_args!(
        r#"<g class="{kind}{bad}"><title>{}</title>"#,
        escaped(whole.trim_end())
    ));
    out.put(format_args!(
        r#"<path class="line" d="M{start} {y}H{end}"/>"#
    ));
    let (back, up, down) = (end - 8.0 * way, y - 4.5, y + 4.5);
    let close = if arrow.kind == ArrowKind::Request {
        "Z"
    } else {
        ""
    };
    out.put(format_args!(
        r#"<path class="tip" d="M{back} {up}L{end} {y}L{back} {down}{close}"/>"#
    ));
    let room = (to - from).abs() - BESIDE;
    let middle = f64::midpoint(from, to);
    let mark = mark(arrow);
    let label = fit(&format!("{mark}{}", arrow.label), Face::Mono, room);
    let (above, below) = (y - 7.0, y + 15.0);
    out.put(format_args!(
        r#"<text class="label over" x="{middle}" y="{above}" text-anchor="middle">{}</text>"#,
        escaped(&label)
    ));
    if !arrow.detail.is_empty() {
        out.put(format_args!(
            r#"<text class="small over" x="{middle}" y="{below}" text-anchor="middle">{}</text>"#,
            escaped(&fit(&arrow.detail, Face::Sans, room))
        ));
    }
    out.put(format_args!("</g>"));
}

fn note(out: &mut Out, layout: &Layout, arrow: &Arrow, row: &Row) {
    let x = layout.x(arrow.from);
    let (top, height) = Layout::note(row);
    let most = note_room(layout.gap);
    let mark = mark(arrow);
    let label = format!("{mark}{}", arrow.label);
    let words = width(&label, Face::Sans).max(width(&arrow.detail, Face::Sans));
    let wide = (words + 36.0).clamp(120.0, most);
    let left = x - wide / 2.0;
    let bad = tone(arrow);
    let whole = [&*arrow.label, &*arrow.detail].join("\n");
    out.put(format_args!(
        r#"<g class="note{bad}"><title>{}</title><rect class="box" x="{left}" y="{top}" width="{wide}" height="{height}" rx="4"/>"#,
        escaped(whole.trim_end())
    ));
    let y = top + 16.0;
    out.put(format_args!(
        r#"<text class="said" x="{x}" y="{y}" text-anchor="middle">{}</text>"#,
        escaped(&fit(&label, Face::Sans, wide - 20.0))
    ));
    if !arrow.detail.is_empty() {
        let y = y + 15.0;
        out.put(format_args!(
            r#"<text class="small" x="{x}" y="{y}" text-anchor="middle">{}</text>"#,
            escaped(&fit(&arrow.detail, Face::Sans, wide - 20.0))
        ));
    }
    out.put(format_args!("</g>"));
}
