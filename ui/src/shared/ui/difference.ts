/** Where two texts begin and stop to differ, in characters (code points, as the sandbox counts them). */

export interface Difference {
  readonly same_start: number;
  readonly same_end: number;
}

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

/** The text in three parts: the same, the differing, the same. */
export function parts(text: string, { same_start, same_end }: Difference): [string, string, string] {
  const letters = Array.from(text);
  const end = Math.max(same_start, letters.length - same_end);
  return [letters.slice(0, same_start).join(''), letters.slice(same_start, end).join(''), letters.slice(end).join('')];
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
