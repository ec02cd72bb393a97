/** What is left to take apart of a message: the sandbox has done the rest. */

/** Which message of an exchange. */
export type Side = 'request' | 'response';

export interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly version: string;
}

/** `GET /v1/oauth/authorize?… HTTP/1.1` in its parts; null when it is not such a line. */
export function requestLine(start: string): RequestLine | null {
  const match = /^(\S+) (.*?)(?: (HTTP\/[\d.]+))?$/.exec(start);
  return match ? { method: match[1] ?? '', target: match[2] ?? '', version: match[3] ?? '' } : null;
}

/** A target in its path and its query, the question mark in neither. */
export function splitTarget(target: string): { path: string; query: string } {
  const mark = target.indexOf('?');
  return mark < 0 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** What follows the head, framing and all; null when the head never ended. */
export function bodyOf(text: string): string | null {
  const end = /\r?\n\r?\n/.exec(text);
  return end ? text.slice(end.index + end[0].length) : null;
}
