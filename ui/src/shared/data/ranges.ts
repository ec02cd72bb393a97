/** Sets of row numbers as sorted, separate ranges: a hundred thousand chosen rows are one pair of numbers. */

export type Range = readonly [from: number, to: number];
export type Ranges = readonly Range[];

export function contains(ranges: Ranges, row: number): boolean {
  return ranges.some(([from, to]) => row >= from && row <= to);
}

export function count(ranges: Ranges): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}

/** A range from two ends in either order. */
export function between(a: number, b: number): Range {
  return a <= b ? [a, b] : [b, a];
}

/** With one row more, or without it when it was in. */
export function toggle(ranges: Ranges, row: number): Ranges {
  if (!contains(ranges, row)) return joined([...ranges, [row, row]]);
  return ranges.flatMap(([from, to]): Range[] => {
    if (row < from || row > to) return [[from, to]];
    return [[from, row - 1] as Range, [row + 1, to] as Range].filter(([start, end]) => start <= end);
  });
}

function joined(ranges: Range[]): Ranges {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const result: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = result.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}

/** Moved by a distance; what falls before zero is gone. */
export function shift(ranges: Ranges, by: number): Ranges {
  return ranges.flatMap(([from, to]): Range[] => (to + by < 0 ? [] : [[Math.max(0, from + by), to + by]]));
}
