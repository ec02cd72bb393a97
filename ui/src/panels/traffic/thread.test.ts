import { describe, expect, test } from 'vitest';
import type { Entry, ExchangeSummary, Trace } from '../../rpc';
import { details, thread } from './thread';
import { kindWords, linkOf, shortId } from '../../wire/words';

const exchange = (seq: number, at: string): ExchangeSummary =>
  ({ seq, id: `exchange_${seq}`, at, target: '/', method: 'GET' }) as ExchangeSummary;
const entry = (seq: number, at: string, of: string | null, detail: unknown = {}): Entry =>
  ({ seq, at, exchange: of, kind: 'code.issued', subject: 'cred_1', detail }) as Entry;

describe('a thread', () => {
  const trace = {
    exchanges: [exchange(1, '2026-01-01T00:00:00.000Z'), exchange(2, '2026-01-01T00:00:02.000Z')],
    entries: [
      entry(3, '2026-01-01T00:00:02.001Z', 'exchange_2'),
      entry(1, '2026-01-01T00:00:00.002Z', 'exchange_1'),
      entry(2, '2026-01-01T00:00:01.000Z', null),
      entry(4, '2026-01-01T00:00:02.000Z', 'exchange_of_another_page'),
    ],
  } as Trace;

  test('has changes under the exchange that brought them, others where they happened', () => {
    expect(thread(trace).map((node) => node.key)).toEqual(['exchange_1', 'entry-2', 'exchange_2', 'entry-4']);
    const [first] = thread(trace);
    expect(first?.kind === 'exchange' && first.entries.map(({ seq }) => seq)).toEqual([1]);
  });

  test('says what a change says, without ids', () => {
    const one = entry(1, '', null, {
      scope: 'openid',
      client_id: 'client_01M7Z9RRJFNK7AKZQ4XCT9EC63',
      count: 2,
      nothing: null,
      empty: [],
    });
    expect(details(one)).toEqual([
      { name: 'scope', value: 'openid' },
      { name: 'count', value: '2' },
    ]);
    expect(details(entry(1, '', null, 'text'))).toEqual([]);
  });
});

describe('words', () => {
  test('are made of names', () => {
    expect(kindWords('refresh_token.rotated')).toBe('Refresh token rotated');
    expect(shortId('client_01M7Z9RRJFNK7AKZQ4XCT9EC63')).toBe('client_…T9EC63');
    expect(shortId('short')).toBe('short');
  });

  test('of ids lead to their panels', () => {
    expect(linkOf('client_1')).toBe('#/apps/client_1');
    expect(linkOf('user_1')).toBe('#/people/user_1');
    expect(linkOf('exchange_1')).toBe('#/traffic/exchange_1');
    expect(linkOf('grant_1')).toBeUndefined();
  });
});
