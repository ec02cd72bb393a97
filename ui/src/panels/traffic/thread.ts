/** A trace as a thread: exchanges and journal entries in the order in which they happened. */

import type { Entry, ExchangeSummary, Trace } from '../../rpc';

export type Node =
  | {
      readonly kind: 'exchange';
      readonly key: string;
      /** Sandbox time in milliseconds since the epoch. */
      readonly at: number;
      readonly exchange: ExchangeSummary;
      /** What it brought about, in order. */
      readonly entries: readonly Entry[];
    }
  | { readonly kind: 'entry'; readonly key: string; readonly at: number; readonly entry: Entry };

/** Entries that an exchange brought stand under it; the others (the console's, the clock's) by themselves. */
export function thread(trace: Trace): Node[] {
  const brought = new Map<string, Entry[]>(trace.exchanges.map(({ id }) => [id, []]));
  const alone: Entry[] = [];
  for (const entry of trace.entries) {
    const under = entry.exchange === null ? undefined : brought.get(entry.exchange);
    if (under) under.push(entry);
    else alone.push(entry);
  }
  const nodes: Node[] = [
    ...trace.exchanges.map((exchange): Node => ({
      kind: 'exchange',
      key: exchange.id,
      at: Date.parse(exchange.at),
      exchange,
      entries: (brought.get(exchange.id) ?? []).sort((a, b) => a.seq - b.seq),
    })),
    ...alone.map((entry): Node => ({ kind: 'entry', key: `entry-${entry.seq}`, at: Date.parse(entry.at), entry })),
  ];
  return nodes.sort((a, b) => a.at - b.at || order(a) - order(b));
}

/** Within one moment: exchanges by their place, then entries by theirs. */
function order(node: Node): number {
  return node.kind === 'exchange' ? node.exchange.seq : Number.MAX_SAFE_INTEGER / 2 + node.entry.seq;
}

/** What an entry says beyond its kind and subject: names and values as text, ids left out. */
export function details(entry: Entry): { name: string; value: string }[] {
  if (typeof entry.detail !== 'object' || entry.detail === null || Array.isArray(entry.detail)) return [];
  return Object.entries(entry.detail).flatMap(([name, value]) => {
    if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) return [];
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return /^[a-z]+_[0-9A-Z]{20,}$/.test(text) ? [] : [{ name, value: text }];
  });
}
