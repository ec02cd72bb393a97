/** Marks that stand where credentials were cut out: `[access_token 1a2b3c4d]`, the digits of its hash. */

import { fromBase64 } from './decode';

export interface Marker {
  /** Its place among the markers of the text, from 0. */
  readonly index: number;
  /** `access_token`, `client_secret`… */
  readonly kind: string;
  /** First digits of its hash: equal credentials have equal digits. */
  readonly digits: string;
  /** As it stands in the text. */
  readonly text: string;
}

export type Piece = { readonly text: string } | { readonly marker: Marker };

const MARKER = /\[([a-z][a-z0-9_]*) ([0-9a-f]{8})\]/g;

/** The text in pieces, markers apart. Numbers of markers begin at `from`. */
export function pieces(text: string, from = 0): Piece[] {
  const result: Piece[] = [];
  let at = 0;
  let index = from;
  for (const match of text.matchAll(MARKER)) {
    if (match.index > at) result.push({ text: text.slice(at, match.index) });
    result.push({ marker: { index, kind: match[1] ?? '', digits: match[2] ?? '', text: match[0] } });
    index += 1;
    at = match.index + match[0].length;
  }
  if (at < text.length) result.push({ text: text.slice(at) });
  return result;
}

/** Every marker of a text, in order. */
export function markersOf(text: string): Marker[] {
  return pieces(text).flatMap((piece) => ('marker' in piece ? [piece.marker] : []));
}

/** `access token`: a kind as people say it. */
export function kindName(kind: string): string {
  return kind === 'jwt' ? 'JWT' : kind.replaceAll('_', ' ').replace(/^id token$/, 'id_token');
}

/**
 * The credentials that stood where the markers are, in order, found by laying the text beside the bytes as they were.
 * Null where one could not be put back, or the two do not belong together.
 */
export function valuesBehind(marked: string, revealed: string): (string | null)[] {
  const parts = pieces(marked);
  const values: (string | null)[] = [];
  let at = 0;
  for (const [index, part] of parts.entries()) {
    if ('text' in part) {
      if (!revealed.startsWith(part.text, at)) return markersOf(marked).map(() => null);
      at += part.text.length;
      continue;
    }
    const next = parts[index + 1];
    const end = next === undefined ? revealed.length : 'text' in next ? revealed.indexOf(next.text, at) : -1;
    if (end < 0) return markersOf(marked).map(() => null);
    const value = revealed.slice(at, end);
    values.push(value === part.marker.text ? null : value);
    at = end;
  }
  return values;
}

/** The one behind a marker, from the bytes as they were. Rejects with why it can't be had. */
export function valueBehind(marked: string, revealedBase64: string, index: number): string {
  const value = valuesBehind(marked, new TextDecoder().decode(fromBase64(revealedBase64)))[index];
  if (value === undefined || value === null)
    throw { message: 'Its value was not kept, or the key that sealed it is gone.' };
  return value;
}
