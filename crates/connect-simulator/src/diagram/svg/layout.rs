//! Where everything of a picture stands, in pixels.

use connect_core::domain::walk::{Party, Step};

use super::text::{Face, width};
use crate::diagram::{Arrow, ArrowKind, Diagram};

/// Around everything.
pub(super) const MARGIN: f64 = 24.0;
/// Where the names of the steps stand.
pub(super) const GUTTER: f64 = 176.0;
/// The title above.
pub(super) const TITLE: f64 = 48.0;
/// The legend below.
const LEGEND: f64 = 34.0;
/// A box at the head of a lane.
pub(super) const HEAD: (f64, f64) = (164.0, 48.0);
/// An arrow with its words.
const ARROW: f64 = 48.0;
/// The line of an arrow, below the top of its row.
const LINE: f64 = 22.0;
/// Between two steps.
const BETWEEN: f64 = 18.0;
/// Around a note.
const AROUND: f64 = 6.0;
/// Room beside a label on its arrow.
pub(super) const BESIDE: f64 = 30.0;

/// Where everything stands.
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) lanes: Vec<(Party, f64)>,
    pub(super) steps: Vec<Heading>,
    pub(super) rows: Vec<Row>,
    /// How far apart lanes are.
    pub(super) gap: f64,
    /// Below the last row.
    pub(super) bottom: f64,
}

/// Where a step begins.
pub(super) struct Heading {
    pub(super) step: Step,
    pub(super) y: f64,
}

/// Where an arrow or a note stands.
pub(super) struct Row {
    pub(super) top: f64,
    pub(super) height: f64,
    /// The line of an arrow.
    pub(super) line: f64,
}

impl Layout {
    pub(super) fn of(diagram: &Diagram) -> Self {
        let gap = gap(diagram);
        let first = MARGIN + GUTTER + (HEAD.0 / 2.0).max(note_room(gap) / 2.0);
        let mut lanes = Vec::new();
        let mut x = first;
        for lane in &diagram.lanes {
            lanes.push((lane.party, x));
            x += gap;
        }
        let last = lanes.last().map_or(first, |(_, x)| *x);
        let mut y = MARGIN + TITLE + HEAD.1 + BETWEEN;
        let (mut steps, mut rows) = (Vec::new(), Vec::new());
        let mut at = None;
        for arrow in &diagram.arrows {
            if at != Some((arrow.run, arrow.step)) {
                at = Some((arrow.run, arrow.step));
                y += BETWEEN;
                steps.push(Heading {
                    step: arrow.step,
                    y,
                });
            }
            let height = height(arrow);
            rows.push(Row {
                top: y,
                height,
                line: y + LINE,
            });
            y += height;
        }
        let bottom = y + BETWEEN;
        Self {
            width: last + (HEAD.0 / 2.0).max(note_room(gap) / 2.0) + MARGIN,
            height: bottom + HEAD.1 + LEGEND + MARGIN,
            lanes,
            steps,
            rows,
            gap,
            bottom,
        }
    }

    /// The middle of a lane.
    pub(super) fn x(&self, party: Party) -> f64 {
        let mut lanes = self.lanes.iter();
        let found = lanes.find(|(it, _)| *it == party);
        found.map_or(MARGIN + GUTTER, |(_, x)| *x)
    }

    /// A note within its row: top and height.
    pub(super) fn note(row: &Row) -> (f64, f64) {
        (row.top + AROUND, row.height - 2.0 * AROUND)
    }
}

/// How wide a note may be.
pub(super) fn note_room(gap: f64) -> f64 {
    (gap * 1.1).min(320.0)
}

fn height(arrow: &Arrow) -> f64 {
    match (arrow.kind, arrow.detail.is_empty()) {
        (ArrowKind::Note, true) => 24.0 + 2.0 * AROUND,
        (ArrowKind::Note, false) => 40.0 + 2.0 * AROUND,
        _ => ARROW,
    }
}

/// How far apart lanes are, so that most labels fit.
fn gap(diagram: &Diagram) -> f64 {
    let place = |party: Party| {
        let mut lanes = diagram.lanes.iter();
        lanes.position(|lane| lane.party == party).unwrap_or(0)
    };
    let needed = diagram.arrows.iter().map(|arrow| {
        let words = width(&arrow.label, Face::Mono).max(width(&arrow.detail, Face::Sans));
        let lanes = place(arrow.from).abs_diff(place(arrow.to));
        match u8::try_from(lanes) {
            Ok(0) => words,
            Ok(lanes) => (words + BESIDE) / f64::from(lanes),
            Err(_) => 0.0,
        }
    });
    needed.fold(200.0, f64::max).min(310.0)
}
