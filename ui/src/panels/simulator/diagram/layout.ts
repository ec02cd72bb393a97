/** Where everything of a sequence diagram stands, in units of the drawing (1/16 rem). */

import type { Arrow, Diagram, Party } from '../../../rpc';

/** A lane is at least and at most so wide. */
const LEAST = 150;
const MOST = 230;
/** The head's height. */
export const HEAD = 56;
const MARGIN = 12;
/** A letter of the drawing is about so wide. */
const LETTER = 6.4;
const NOTE = 44;
const ARROW = 46;
/** One more line of words. */
export const LINE = 12;
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
  /** What stands on it, in lines that fit. */
  readonly label: readonly string[];
  /** Below that, smaller. */
  readonly detail: readonly string[];
  /** Height of all the lines beyond the first two. */
  readonly more: number;
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

/** `room` is how wide the place is that it is drawn in; `shown` is a text as it may be shown. */
export function layout({ lanes, arrows }: Diagram, room = 0, shown = (text: string) => text): Drawing {
  const lane = Math.round(Math.min(MOST, Math.max(LEAST, (room - 2 * MARGIN) / Math.max(1, lanes.length))));
  const x = new Map(lanes.map(({ party }, index) => [party, MARGIN + lane / 2 + index * lane]));
  let y = HEAD + 8;
  let last: string | null = null;
  const placed = arrows.map((arrow, index): Placed => {
    const key = `${arrow.run}`;
    const heading = key !== last;
    last = key;
    if (heading) y += GAP;
    const [from, to] = [x.get(arrow.from) ?? 0, x.get(arrow.to) ?? 0];
    const reach = arrow.kind === 'note' ? lane - 30 : Math.abs(to - from) - 16;
    const [label, detail] = [wrap(shown(arrow.label), reach), wrap(shown(arrow.detail), reach)];
    const more = Math.max(0, label.length + detail.length - 2) * LINE;
    y += (arrow.kind === 'note' ? NOTE : ARROW) + more;
    return { arrow, index, from, to, y, heading, label, detail, more };
  });
  return {
    lane,
    width: lanes.length * lane + 2 * MARGIN,
    height: y + 24,
    lanes: lanes.map(({ party, title, detail }) => ({ party, title, detail, x: x.get(party) ?? 0 })),
    placed,
  };
}

/** A text in one line or two that fit, broken where it can be: behind a blank or a sign. What is longer still is cut. */
export function wrap(text: string, width: number): string[] {
  const most = Math.max(4, Math.floor(width / LETTER));
  if (text.length <= most) return text === '' ? [] : [text];
  const head = text.slice(0, most);
  const behind = (signs: string) => Math.max(...[...signs].map((sign) => head.lastIndexOf(sign))) + 1;
  const least = most / 3;
  const at = behind(' /?&,') > least ? behind(' /?&,') : behind('_-.');
  const place = at > least ? at : most;
  return [text.slice(0, place).trimEnd(), fit(text.slice(place), width)];
}

/** A text that fits into so many units; cut at the end. */
export function fit(text: string, width: number): string {
  const most = Math.max(4, Math.floor(width / LETTER));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
