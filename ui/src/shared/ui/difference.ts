/** Where two texts differ, in characters (code points, as the sandbox counts them). */

export interface Difference {
  readonly same_start: number;
  readonly same_end: number;
}

/** A stretch of a text: the same in both, or only in this one. An empty one that differs is a gap: the other has more. */
export interface Stretch {
  readonly text: string;
  readonly same: boolean;
}

/** Longer pairs are compared by their ends only: the table would have more cells than this. */
const MOST_CELLS = 250_000;
/** Texts that share less than this are different values, not a value with mistakes. */
const ALIKE = 0.6;

export function difference(expected: string, received: string): Difference {
  const a = Array.from(expected);
  const b = Array.from(received);
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < most - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  return { same_start: start, same_end: end };
}

/** A text in three parts: the same, the differing, the same. */
export function parts(text: string, { same_start, same_end }: Difference): [string, string, string] {
  const letters = Array.from(text);
  const end = Math.max(same_start, letters.length - same_end);
  return [letters.slice(0, same_start).join(''), letters.slice(same_start, end).join(''), letters.slice(end).join('')];
}

/** Both texts in stretches. `at`, as the sandbox found it, is refined where the texts are alike. */
export function compare(expected: string, received: string, at?: Difference): [Stretch[], Stretch[]] {
  const { same_start, same_end } = at ?? difference(expected, received);
  const a = Array.from(expected);
  const b = Array.from(received);
  const left = a.slice(same_start, Math.max(same_start, a.length - same_end));
  const right = b.slice(same_start, Math.max(same_start, b.length - same_end));
  const before = a.slice(0, same_start).join('');
  const after = same_end > 0 ? a.slice(Math.max(same_start, a.length - same_end)).join('') : '';
  if (left.length === 0 && right.length === 0) {
    const all = before + after;
    return all ? [[{ text: all, same: true }], [{ text: all, same: true }]] : [[], []];
  }
  const [mine, theirs] = refined(left, right, Math.max(a.length, b.length)) ?? [
    [{ text: left.join(''), same: false }],
    [{ text: right.join(''), same: false }],
  ];
  const whole = (middle: Stretch[]) => [
    ...(before ? [{ text: before, same: true }] : []),
    ...middle,
    ...(after ? [{ text: after, same: true }] : []),
  ];
  return [whole(mine), whole(theirs)];
}

/** The middle parts by their longest common subsequence; null when they are too long or too unlike for it to help. */
function refined(a: readonly string[], b: readonly string[], length: number): [Stretch[], Stretch[]] | null {
  if (a.length === 0 || b.length === 0 || a.length * b.length > MOST_CELLS) return null;
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      table[i * width + j] =
        a[i] === b[j]
          ? (table[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(table[(i + 1) * width + j] ?? 0, table[i * width + j + 1] ?? 0);
    }
  }
  const common = table[0] ?? 0;
  const elsewhere = length - Math.max(a.length, b.length);
  if (common === 0 || (common + elsewhere) / length < ALIKE) return null;

  const mine: Stretch[] = [];
  const theirs: Stretch[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    let same = '';
    while (i < a.length && j < b.length && a[i] === b[j]) {
      same += a[i];
      i += 1;
      j += 1;
    }
    if (same) {
      mine.push({ text: same, same: true });
      theirs.push({ text: same, same: true });
    }
    let out = '';
    let into = '';
    while ((i < a.length || j < b.length) && !(i < a.length && j < b.length && a[i] === b[j])) {
      const skipA = table[(i + 1) * width + j] ?? 0;
      const skipB = table[i * width + j + 1] ?? 0;
      if (j >= b.length || (i < a.length && skipA >= skipB)) {
        out += a[i];
        i += 1;
      } else {
        into += b[j];
        j += 1;
      }
    }
    if (out || into) {
      mine.push({ text: out, same: false });
      theirs.push({ text: into, same: false });
    }
  }
  return [mine, theirs];
}

/** Invisible characters as signs, so that a trailing blank or line end can be seen. */
export function visible(text: string): string {
  return text
    .replace(/ /g, '␣')
    .replace(/\t/g, '⇥')
    .replace(/\r/g, '␍')
    .replace(/\n/g, '␊')
    .replace(/\u00a0/g, '⍽');
}
