/** Two exchanges laid side by side: everything either has, aligned by its name. */

import type { ExchangeSummary } from '../../rpc';
import { bytes, duration, utc } from '../../shared';
import { compare as stretches } from '../../shared/ui/difference';
import { kindOf, parameters } from './message/decode';
import { mediaType, parseMessage, requestLine, splitTarget, type Message } from './message/http';
import type { Read } from './opened.svelte';

export interface Row {
  readonly name: string;
  /** Null where it is missing. */
  readonly a: string | null;
  readonly b: string | null;
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
  'when',
  'took',
  'size',
  'exchange',
  'trace',
  'from',
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
  'cookie',
  'set-cookie',
]);

type Pairs = readonly (readonly [name: string, value: string])[];

/** Most values of a JSON body that are laid side by side. */
const MOST = 2000;

export function compare(a: Read, b: Read, named: (row: ExchangeSummary) => Pairs = () => []): Part[] {
  const [requestA, requestB] = [parseMessage(a.detail.request), parseMessage(b.detail.request)];
  const [responseA, responseB] = [parseMessage(a.detail.response), parseMessage(b.detail.response)];
  return [
    { title: 'Exchange', rows: aligned(summary(a, named), summary(b, named)) },
    { title: 'Query', rows: aligned(queryOf(requestA), queryOf(requestB)) },
    { title: 'Request headers', rows: aligned(headers(requestA), headers(requestB)) },
    { title: 'Request body', rows: aligned(...bodies(requestA, requestB)) },
    { title: 'Response headers', rows: aligned(headers(responseA), headers(responseB)) },
    { title: 'Response body', rows: aligned(...bodies(responseA, responseB)) },
    { title: 'Checks', rows: aligned(checks(a), checks(b)) },
  ].filter((part) => part.rows.length > 0);
}

function summary({ detail }: Read, named: (row: ExchangeSummary) => Pairs): Pairs {
  const row = detail.summary;
  return [
    ['when', utc(Date.parse(row.at))],
    ['method', row.method],
    ['path', splitTarget(row.target).path],
    ['host', row.host],
    ['status', row.status === null ? 'no answer' : String(row.status)],
    ['refused by', row.refused_by ?? 'nothing'],
    ...named(row),
    ['took', duration(row.duration_us)],
    ['size', `${bytes(row.request_len)} in, ${bytes(row.response_len)} out`],
  ];
}

function queryOf(message: Message): Pairs {
  const line = requestLine(message.start);
  return line ? pairs(splitTarget(line.target).query) : [];
}

const pairs = (text: string): Pairs => parameters(text).map(({ name, value }) => [name, value]);
const headers = (message: Message): Pairs => message.headers.map(({ name, value }) => [name.toLowerCase(), value]);

function checks({ explanation }: Read): Pairs {
  const passed: [string, string][] = explanation.passed.map((check) => [check, 'passed']);
  return explanation.refusal ? [...passed, [explanation.refusal.check, 'failed']] : passed;
}

/** Bodies of the same kind by their fields, others by their lines. */
function bodies(a: Message, b: Message): [Pairs, Pairs] {
  const [kindA, kindB] = [kindOf(mediaType(a), a.body), kindOf(mediaType(b), b.body)];
  const kinds = new Set([kindA, kindB].filter((kind) => kind !== 'none'));
  if (kinds.size === 1 && kinds.has('form')) return [pairs(a.body), pairs(b.body)];
  if (kinds.size === 1 && kinds.has('json')) {
    const [flatA, flatB] = [flat(a.body), flat(b.body)];
    if (flatA && flatB) return [flatA, flatB];
  }
  return [lines(a.body), lines(b.body)];
}

const lines = (text: string): Pairs =>
  text === '' ? [] : text.split(/\r?\n/, MOST).map((line, index) => [`line ${index + 1}`, line]);

/** Every value of a JSON text by its path: `results[0].code`. Null when it is not JSON. */
export function flat(text: string): Pairs | null {
  if (text === '') return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const found: [string, string][] = [];
  const walk = (one: unknown, path: string) => {
    if (found.length >= MOST) return;
    if (Array.isArray(one) && one.length > 0) one.forEach((item, index) => walk(item, `${path}[${index}]`));
    else if (typeof one === 'object' && one !== null && Object.keys(one).length > 0) {
      for (const [key, item] of Object.entries(one)) walk(item, path ? `${path}.${key}` : key);
    } else found.push([path || 'body', typeof one === 'string' ? one : JSON.stringify(one)]);
  };
  walk(value, '');
  return found;
}

/** Rows in the order of the first list, what only the second has where it stands there. Repeated names pair in order. */
export function aligned(a: Pairs, b: Pairs): Row[] {
  const rest = b.map(([name, value]) => ({ name, value, used: false }));
  const rows: Row[] = [];
  let at = 0;
  const only = (until: number) => {
    for (; at < until; at += 1) {
      const one = rest[at];
      if (one && !one.used && !a.some(([name]) => name === one.name)) {
        one.used = true;
        rows.push(row(one.name, null, one.value));
      }
    }
  };
  for (const [name, value] of a) {
    const index = rest.findIndex((one) => !one.used && one.name === name);
    const other = rest[index];
    if (other) {
      only(index);
      other.used = true;
    }
    rows.push(row(name, value, other?.value ?? null));
  }
  for (const one of rest) if (!one.used) rows.push(row(one.name, null, one.value));
  return rows;
}

function row(name: string, a: string | null, b: string | null): Row {
  return { name, a, b, same: a === b, usual: USUAL.has(name.split('.').at(-1) ?? name) };
}

export interface Stretch {
  readonly text: string;
  readonly same: boolean;
}

/** Both values in stretches; two that have little in common differ as a whole. */
export function marked(a: string, b: string): readonly [readonly Stretch[], readonly Stretch[]] {
  const found = stretches(a, b);
  const shared = found[0].reduce((sum, { text, same }) => sum + (same ? text.length : 0), 0);
  if (shared * 2 >= Math.max(a.length, b.length)) return found;
  return [[{ text: a, same: false }], [{ text: b, same: false }]];
}
