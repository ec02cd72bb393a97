/** A message taken apart, with the number of each part's first marker: a marker is revealed by its number. */

import type { MessageParts } from '../../rpc';
import { markersOf } from './markers';

export interface Numbered {
  /** Of the query's fields, in their order. */
  readonly query: readonly number[];
  readonly headers: readonly number[];
  readonly form: readonly number[];
  readonly body: number;
}

/** Markers are numbered through the start line, the headers and the body. */
export function numbered(parts: MessageParts): Numbered {
  const path = parts.start_line.split('?')[0] ?? '';
  const headers = offsets(
    parts.headers.map(({ name, value }) => name + value),
    markersOf(parts.start_line).length,
  );
  const last = parts.headers.at(-1);
  const body = last
    ? (headers.at(-1) ?? 0) + markersOf(last.name + last.value).length
    : markersOf(parts.start_line).length;
  return {
    query: offsets(
      parts.query.map(({ name, value }) => name + value),
      markersOf(path).length,
    ),
    headers,
    form: offsets(
      parts.form.map(({ name, value }) => name + value),
      body,
    ),
    body,
  };
}

/** The number of the first marker of each text, when they follow each other. */
export function offsets(texts: readonly string[], from: number): number[] {
  let next = from;
  return texts.map((text) => {
    const first = next;
    next += markersOf(text).length;
    return first;
  });
}
