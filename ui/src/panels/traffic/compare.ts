/** Two exchanges laid side by side, as the sandbox aligned them, for reading. */

import type { Compared, ComparedField, ComparedPlace, ExchangeSummary } from '../../rpc';
import { compare as stretches, type Stretch } from '../../shared/ui/difference';

export interface Row {
  readonly name: string;
  /** Null where it is missing. */
  readonly left: string | null;
  readonly right: string | null;
  readonly same: boolean;
  /** It is another one each time: its difference tells nothing. */
  readonly usual: boolean;
}

export interface Part {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** What is new in every request: times, random values, credentials, lengths that follow from them. */
const USUAL = new Set([
  'date',
  'content-length',
  'x-request-id',
  'state',
  'nonce',
  'code',
  'code_challenge',
  'code_verifier',
  'access_token',
  'refresh_token',
  'id_token',
  'token',
  'authorization',
  'cookie',
  'set-cookie',
  'location',
]);

const TITLES: readonly (readonly [title: string, places: readonly ComparedPlace[]])[] = [
  ['Request', ['request_line']],
  ['Query', ['query']],
  ['Request headers', ['request_header']],
  ['Request body', ['request_body']],
  ['Response', ['status_line']],
  ['Response headers', ['response_header']],
  ['Response body', ['response_body']],
];

/** `named` gives what the console knows beside the bytes: the app, the persona. */
export function parts(
  { left, right, fields }: Compared,
  named: (row: ExchangeSummary) => readonly (readonly [name: string, value: string])[],
): Part[] {
  const beside = named(right);
  const about = named(left).map(([name, value], index) => row(name, value, beside[index]?.[1] ?? ''));
  return [
    { title: 'Exchange', rows: about },
    ...TITLES.map(([title, places]) => ({
      title,
      rows: fields.filter(({ place }) => places.includes(place)).map(rowOf),
    })),
  ].filter((part) => part.rows.length > 0);
}

function rowOf({ name, left, right }: ComparedField): Row {
  return row(name || 'body', left, right);
}

function row(name: string, left: string | null, right: string | null): Row {
  const last = name.toLowerCase().split('.').at(-1) ?? '';
  return { name, left, right, same: left === right, usual: USUAL.has(last) && left !== null && right !== null };
}

/** Both values in stretches; two that have little in common differ as a whole. */
export function marked(left: string, right: string): readonly [readonly Stretch[], readonly Stretch[]] {
  const found = stretches(left, right);
  const shared = found[0].reduce((sum, { text, same }) => sum + (same ? text.length : 0), 0);
  if (shared * 2 >= Math.max(left.length, right.length)) return found;
  return [[{ text: left, same: false }], [{ text: right, same: false }]];
}
