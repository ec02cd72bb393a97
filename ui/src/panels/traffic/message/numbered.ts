/** A message with the number of each part's first marker: a marker is revealed by its number within the message. */

import { markersOf } from './markers';
import { parseMessage, type Message } from './http';

export interface Numbered {
  readonly message: Message;
  /** Of the start line. */
  readonly start: number;
  readonly headers: readonly number[];
  readonly body: number;
}

export function numbered(text: string): Numbered {
  const message = parseMessage(text);
  let next = markersOf(message.start).length;
  const headers = message.headers.map((header) => {
    const first = next;
    next += markersOf(header.name).length + markersOf(header.value).length;
    return first;
  });
  return { message, start: 0, headers, body: next };
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
