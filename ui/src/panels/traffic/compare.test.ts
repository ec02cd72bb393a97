import { describe, expect, test } from 'vitest';
import type { Compared, ComparedField, ExchangeSummary } from '../../rpc';
import { marked, parts } from './compare';
import { exchange } from './testing/fake';

const field = (
  place: ComparedField['place'],
  name: string,
  left: string | null,
  right: string | null,
): ComparedField => ({
  place,
  name,
  left,
  right,
  outcome: left === right ? 'same' : 'different',
  difference: null,
});
const compared: Compared = {
  left: exchange(1),
  right: exchange(2, { client_id: null }),
  differences: 3,
  fields: [
    field('request_line', 'method', 'GET', 'GET'),
    field('request_header', 'authorization', 'Bearer x', null),
    field('response_header', 'date', '1', '2'),
    field('response_body', 'results[0].value', '1', '2'),
    field('response_body', 'access_token', 'a', 'b'),
    field('response_body', '', 'text', 'test'),
  ],
};

describe('two exchanges', () => {
  test('are read part by part, what is another each time told apart', () => {
    const all = parts(compared, (row: ExchangeSummary) => [['app', row.client_id ?? 'none']]);
    expect(all.map(({ title, rows }) => [title, rows.map(({ name, same, usual }) => [name, same, usual])])).toEqual([
      ['Exchange', [['app', false, false]]],
      ['Request', [['method', true, false]]],
      ['Request headers', [['authorization', false, false]]],
      ['Response headers', [['date', false, true]]],
      [
        'Response body',
        [
          ['results[0].value', false, false],
          ['access_token', false, true],
          ['body', false, false],
        ],
      ],
    ]);
  });

  test('have the differing characters marked, or the whole of two that are not alike', () => {
    expect(marked('http://localhost:3000/a', 'http://localhost:3001/a')[0].filter(({ same }) => !same)).toEqual([
      { text: '0', same: false },
    ]);
    expect(marked('passed', 'failed')).toEqual([[{ text: 'passed', same: false }], [{ text: 'failed', same: false }]]);
  });
});
