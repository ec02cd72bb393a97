/** Where everything of a sequence diagram stands, in units of the drawing (1/16 rem). */

import type { Arrow, Diagram, Party } from '../../../rpc';

/** A lane is at least and at most so wide. */
const LEAST = 150;
const MOST = 230;
/** The head's height. */
export const HEAD = 56;
const MARGIN = 12;
const NOTE = 44;
const ARROW = 46;
/** Between steps. */
const GAP = 26;

export interface Placed {
  readonly arrow: Arrow;
  /** Its place among the arrows, from 0. */
  readonly index: number;
  readonly from: number;
  readonly to: number;
  /** Of the line. */
  readonly y: number;
  /** A step begins here. */
  readonly heading: boolean;
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** Width of a lane. */
  readonly lane: number;
  readonly lanes: readonly {
    readonly party: Party;
    readonly title: string;
    readonly detail: string;
    readonly x: number;
  }[];
  readonly placed: readonly Placed[];
}

/** `room` is how wide the place is that it is drawn in. */
export function layout({ lanes, arrows }: Diagram, room = 0): Drawing {
  const lane = Math.round(Math.min(MOST, Math.max(LEAST, (room - 2 * MARGIN) / Math.max(1, lanes.length))));
  const x = new Map(lanes.map(({ party }, index) => [party, MARGIN + lane / 2 + index * lane]));
  let y = HEAD + 8;
  let last: string | null = null;
  const placed = arrows.map((arrow, index): Placed => {
    const key = `${arrow.run}`;
    const heading = key !== last;
    last = key;
    if (heading) y += GAP;
    y += arrow.kind === 'note' ? NOTE : ARROW;
    return { arrow, index, from: x.get(arrow.from) ?? 0, to: x.get(arrow.to) ?? 0, y, heading };
  });
  return {
    lane,
    width: lanes.length * lane + 2 * MARGIN,
    height: y + 24,
    lanes: lanes.map(({ party, title, detail }) => ({ party, title, detail, x: x.get(party) ?? 0 })),
    placed,
  };
}

/** A text that fits into so many units; a letter of the drawing is about 6.4 wide. */
export function fit(text: string, width: number): string {
  const most = Math.max(4, Math.floor(width / 6.4));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
