/** An HTTP/1.1 message as text, taken apart for reading. Nothing is repaired: what can't be understood stays as it is. */

export interface Header {
  readonly name: string;
  readonly value: string;
}

export interface Message {
  /** `GET /v1/… HTTP/1.1`, or `HTTP/1.1 200 OK`; empty when there were no bytes. */
  readonly start: string;
  readonly headers: readonly Header[];
  /** Without the framing of chunks. */
  readonly body: string;
  /** The body came in chunks, which `body` has put together. */
  readonly chunked: boolean;
  /** The empty line at the end of the head is there. */
  readonly complete: boolean;
}

/** Takes a message apart (RFC 9112 §2). Lines may end without a carriage return. */
export function parseMessage(text: string): Message {
  const end = /\r?\n\r?\n/.exec(text);
  const head = end ? text.slice(0, end.index) : text;
  const [start = '', ...lines] = head.split(/\r?\n/);
  const headers: { name: string; value: string }[] = [];
  for (const line of lines) {
    const last = headers.at(-1);
    if (/^[ \t]/.test(line) && last) {
      // An old way to go on in the next line (RFC 9112 §5.2).
      last.value += ` ${line.trim()}`;
      continue;
    }
    const colon = line.indexOf(':');
    headers.push(
      colon < 0
        ? { name: line, value: '' }
        : { name: line.slice(0, colon), value: line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '') },
    );
  }
  const raw = end ? text.slice(end.index + end[0].length) : '';
  const chunked = /\bchunked\b/i.test(valueOf(headers, 'transfer-encoding') ?? '');
  return { start, headers, body: chunked ? joined(raw) : raw, chunked, complete: end !== null };
}

/** The first value of a header, whatever the case of its name. */
export function valueOf(headers: readonly Header[], name: string): string | undefined {
  return headers.find((header) => header.name.toLowerCase() === name)?.value;
}

/** `application/json` of `application/json; charset=utf-8`; empty when the message says nothing. */
export function mediaType(message: Message): string {
  return (valueOf(message.headers, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/**
 * The data of chunks (RFC 9112 §7.1). Their stated sizes are of the bytes as sent, and credentials have been cut out of
 * these, so where a chunk ends is told by the line that begins the next one.
 */
function joined(raw: string): string {
  const sizeLine = /(?:^|\r\n)([0-9a-fA-F]+)[ \t]*(?:;[^\r\n]*)?\r\n/g;
  const found = [...raw.matchAll(sizeLine)];
  if (found[0]?.index !== 0) return raw;
  let data = '';
  for (const [index, match] of found.entries()) {
    if (parseInt(match[1] ?? '0', 16) === 0) break;
    data += raw.slice(match.index + match[0].length, found[index + 1]?.index);
  }
  return data;
}

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
