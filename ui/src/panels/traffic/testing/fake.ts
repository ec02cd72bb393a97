/** A sandbox's traffic for tests: exchanges by number, listed as the sandbox lists them. */

import type { ExchangeSummary, ListTraffic, MessageParts } from '../../../rpc';
import { testSandbox, type TestSandbox } from '../../../../tests/sandbox';

export function exchange(seq: number, more: Partial<ExchangeSummary> = {}): ExchangeSummary {
  const at = new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString();
  return {
    seq,
    id: `exchange_${seq}`,
    listener: 'platform',
    at,
    wall: at,
    method: 'GET',
    target: `/v1/things/${seq}`,
    host: '127.0.0.1:9400',
    status: 200,
    service: 'identity',
    operation: 'things',
    client_id: 'client_1',
    user_id: null,
    grant_id: null,
    trace: `trace_${seq % 3}`,
    cause: null,
    refused_by: null,
    error: null,
    ended: 'answered completely',
    duration_us: 1200,
    request_len: 100,
    response_len: 200,
    findings: 0,
    pinned: false,
    ...more,
  };
}

export interface FakeTraffic {
  readonly sandbox: TestSandbox;
  /** Oldest first. */
  rows: ExchangeSummary[];
  /** Records so many more and says so. */
  record(count: number): void;
  /** Removes the oldest and says so. */
  retain(most: number): void;
  changed(): void;
}

/** `fits` stands for the filter language: which rows a query asks for. */
export function fakeTraffic(
  count: number,
  fits: (row: ExchangeSummary, query: string) => boolean = (row, query) => row.trace === query.replace('trace:', ''),
): FakeTraffic {
  const sandbox = testSandbox();
  const fake: FakeTraffic = {
    sandbox,
    rows: Array.from({ length: count }, (_, index) => exchange(index + 1)),
    record(more) {
      const last = fake.rows.at(-1)?.seq ?? 0;
      fake.rows.push(...Array.from({ length: more }, (_, index) => exchange(last + index + 1)));
      fake.changed();
    },
    retain(most) {
      fake.rows = fake.rows.slice(-most);
      fake.changed();
    },
    changed: () => sandbox.change({ topics: ['traffic'] }),
  };
  sandbox.answers = {
    apps_list: () => ({ apps: [{ client_id: 'client_1', name: 'Demo Web App' }] }),
    people_list: () => ({ people: [{ user_id: 'user_1', name: 'Maya' }] }),
    sandbox_status: () => ({ platform: 'http://127.0.0.1:9400' }),
    traffic_filters: ({ query = '' }: { query?: string }) => ({
      fields: [
        { name: 'trace', aliases: [], operators: [':'], description: 'The trace.', example: '', values: [] },
        {
          name: 'is',
          aliases: [],
          operators: [':'],
          description: 'More.',
          example: '',
          values: [{ value: 'refused', label: null, count: 3 }],
        },
      ],
      query: query.includes('wrong')
        ? {
            tokens: [],
            canonical: null,
            sentence: null,
            error: { start: 0, end: 5, message: 'There is no field `wrong`', fix: 'write `trace:`' },
          }
        : { tokens: [], canonical: query, sentence: query ? `Exchanges with ${query}` : 'Every exchange', error: null },
    }),
    traffic_list: (request: ListTraffic) => {
      const all = fake.rows.filter((row) => !request.up_to || row.seq <= request.up_to);
      const matching = request.query ? all.filter((row) => fits(row, request.query ?? '')) : all;
      const there = matching.filter((row) => row.seq > (request.after ?? 0));
      const ordered = request.order === 'oldest' ? there : there.reverse();
      const offset = request.offset ?? 0;
      const position = ordered.findIndex((row) => row.id === request.position_of);
      return {
        exchanges: ordered.slice(offset, offset + (request.limit ?? 100)),
        matching: matching.length,
        total: fake.rows.length,
        pinned: 0,
        last: fake.rows.at(-1)?.seq ?? 0,
        position: position < 0 ? null : position,
      };
    },
    traffic_get: ({ exchange: id }: { exchange: string }) => ({
      summary: fake.rows.find((row) => row.id === id),
      peer: '127.0.0.1:1',
      request: 'GET /v1/things HTTP/1.1\r\nAuthorization: Bearer [access_token 1a2b3c4d]\r\n\r\n',
      response: 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{"a":1}',
      request_parts: {
        start_line: 'GET /v1/things HTTP/1.1',
        status: null,
        headers: [
          {
            name: 'Authorization',
            value: 'Bearer [access_token 1a2b3c4d]',
            meaning: { text: 'Who asks.', source: 'RFC 6750 §2.1' },
          },
        ],
        query: [],
        form: [],
        media_type: '',
        kind: 'empty',
        body_bytes: 0,
        body: null,
        truncated: false,
      } satisfies MessageParts,
      response_parts: {
        start_line: 'HTTP/1.1 200 OK',
        status: { text: 'It worked.', source: 'RFC 9110 §15.3.1' },
        headers: [{ name: 'content-type', value: 'application/json', meaning: null }],
        query: [],
        form: [],
        media_type: 'application/json',
        kind: 'json',
        body_bytes: 7,
        body: '{\n  "a": 1\n}',
        truncated: false,
      } satisfies MessageParts,
      timing: { head_us: 1, body_us: 2, answered_us: 3, done_us: 4 },
      notes: {},
    }),
    traffic_explain: ({ exchange: id }: { exchange: string }) => ({
      summary: fake.rows.find((row) => row.id === id),
      verdict: 'Answered with 200; every check passed.',
      passed: ['host_known'],
      refusal: null,
      findings: [],
      facts: [],
      entries: [],
    }),
    traffic_compare: ({ left, right }: { left: string; right: string }) => ({
      left: fake.rows.find((row) => row.id === left),
      right: fake.rows.find((row) => row.id === right),
      fields: [
        {
          place: 'request_line',
          name: 'path',
          left: '/v1/things/1',
          right: '/v1/things/2',
          outcome: 'different',
          difference: null,
        },
      ],
      differences: 1,
    }),
    traffic_pin: () => ({}),
  };
  return fake;
}
