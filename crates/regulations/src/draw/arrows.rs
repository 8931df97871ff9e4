//! The ways from step to step: straight down to the next row, through the gutter beside the column to a row
//! further on, each in a track of its own where several pass the same rows.

use super::{COLUMN, Cell, GAP, paper::Paper};

/// Distance of two tracks in a gutter.
const TRACK: u32 = 9;

/// A way through a gutter: which gutter, which rows, which track.
struct Taken {
    column: u32,
    rows: std::ops::Range<usize>,
    track: u32,
}

pub(super) fn draw(paper: &mut Paper, cells: &[Cell<'_>]) {
    let mut taken: Vec<Taken> = Vec::new();
    for (row, cell) in cells.iter().enumerate() {
        for next in &cell.step.next {
            let Some(to) = cells.iter().position(|c| c.step.number == next.step) else {
                continue;
            };
            if to == row + 1 {
                paper.arrow(&down(cell, &cells[to]));
            } else {
                let rows = row.min(to)..row.max(to);
                let track = free(&taken, cell.column, &rows);
                taken.push(Taken {
                    column: cell.column,
                    rows,
                    track,
                });
                paper.arrow(&beside(cell, &cells[to], track));
            }
        }
    }
}

/// The first track of the gutter at `column` that nobody uses beside `rows`.
fn free(taken: &[Taken], column: u32, rows: &std::ops::Range<usize>) -> u32 {
    let meets = |other: &Taken, track| {
        other.column == column
            && other.track == track
            && other.rows.start < rows.end
            && rows.start < other.rows.end
    };
    let mut track = 0;
    while taken.iter().any(|other| meets(other, track)) {
        track += 1;
    }
    track
}

/// From the bottom of a box to the top of the one in the next row.
fn down(from: &Cell<'_>, to: &Cell<'_>) -> Vec<(u32, u32)> {
    let turn = from.bottom() + GAP / 2;
    if from.column == to.column {
        return vec![(from.middle(), from.bottom()), (to.middle(), to.top)];
    }
    vec![
        (from.middle(), from.bottom()),
        (from.middle(), turn),
        (to.middle(), turn),
        (to.middle(), to.top),
    ]
}

/// From the right side of a box, along the gutter, to the top of another a little right of its middle.
fn beside(from: &Cell<'_>, to: &Cell<'_>, track: u32) -> Vec<(u32, u32)> {
    let side = from.left() + COLUMN;
    let x = side + TRACK + track * TRACK;
    let leave = from.top + from.height / 2;
    let turn = to.top - GAP / 2 + 4;
    let enter = to.middle() + TRACK * 2;
    vec![
        (side, leave),
        (x, leave),
        (x, turn),
        (enter, turn),
        (enter, to.top),
    ]
}
