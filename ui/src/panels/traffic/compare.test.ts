import { describe, expect, test } from 'vitest';
import { aligned, compare, flat } from './compare';
import type { Read } from './opened.svelte';

const read = (request: string, response: string, more: object = {}): Read =>
  ({
    detail: {
      request,
      response,
      summary: {
        id: 'exchange_1',
        at: '2026-01-01T00:00:00Z',
        method: 'POST',
        target: '/v1/oauth/token',
        host: 'h',
        status: 200,
        refused_by: null,
        duration_us: 10,
        request_len: 1,
        response_len: 2,
        ...more,
      },
    },
    explanation: { passed: ['host_known'], refusal: null },
  }) as unknown as Read;

const form = (body: string) =>
  `POST /v1/oauth/token HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n${body}`;
const json = (body: string) => `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n${body}`;

describe('two exchanges', () => {
  test('are aligned by name, repeated names in their order', () => {
    const rows = aligned(
      [
        ['a', '1'],
        ['b', '2'],
        ['a', '3'],
      ],
      [
        ['a', '1'],
        ['new', 'x'],
        ['b', '9'],
        ['end', 'y'],
      ],
    );
    expect(rows.map(({ name, a, b, same }) => [name, a, b, same])).toEqual([
      ['a', '1', '1', true],
      ['new', null, 'x', false],
      ['b', '2', '9', false],
      ['a', '3', null, false],
      ['end', null, 'y', false],
    ]);
  });

  test('are compared by the fields of forms and of JSON', () => {
    const parts = compare(
      read(form('grant_type=authorization_code&code=x'), json('{"a":{"b":[1,2]},"access_token":"q"}')),
      read(form('grant_type=refresh_token&code=y'), json('{"a":{"b":[1,3]},"access_token":"r"}'), { status: 400 }),
    );
    const differing = parts.flatMap(({ title, rows }) =>
      rows.filter((row) => !row.same && !row.usual).map((row) => `${title}: ${row.name} ${row.a} ${row.b}`),
    );
    expect(differing).toEqual([
      'Exchange: status 200 400',
      'Request body: grant_type authorization_code refresh_token',
      'Response body: a.b[1] 2 3',
    ]);
    expect(parts.flatMap(({ rows }) => rows).find(({ name }) => name === 'access_token')?.usual).toBe(true);
  });

  test('are compared by lines where their bodies are of different kinds', () => {
    const parts = compare(read(form('a=1'), json('{}')), read(form('a=1'), 'HTTP/1.1 200 OK\r\n\r\none\ntwo'));
    const body = parts.find(({ title }) => title === 'Response body');
    expect(body?.rows.map(({ name }) => name)).toEqual(['line 1', 'line 2']);
  });

  test('of JSON are flat to a bound, and nothing when it is none', () => {
    expect(flat('{"a":[],"b":{},"c":null}')).toEqual([
      ['a', '[]'],
      ['b', '{}'],
      ['c', 'null'],
    ]);
    expect(flat('7')).toEqual([['body', '7']]);
    expect(flat('{')).toBeNull();
    expect(flat(JSON.stringify(Array.from({ length: 5000 }, (_, index) => index)))).toHaveLength(2000);
  });
});
