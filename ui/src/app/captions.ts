/** What just happened, in plain words for a room: one sentence for a journal entry. */

import type { Entry } from '../rpc';
import { CAPTIONS } from '../rpc/generated/captions';

/** A sentence for an entry; null for one that a room need not hear about. */
export function caption(entry: Pick<Entry, 'kind'>): string | null {
  return (CAPTIONS as Record<string, string | null>)[entry.kind] ?? null;
}

/** A sentence for a refused request. */
export function refusalCaption(error: string | null): string {
  return error ? `A request was refused: ${error.replaceAll('_', ' ')}.` : 'A request was refused.';
}
