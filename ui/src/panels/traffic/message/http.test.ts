import { describe, expect, test } from 'vitest';
import { kindOf, parameters, pretty } from './decode';
import { mediaType, parseMessage, requestLine, splitTarget, valueOf } from './http';
import { markersOf, pieces, valuesBehind } from './markers';
import { numbered, offsets } from './numbered';

const TOKEN =
  'POST /v1/oauth/token HTTP/1.1\r\nHost: 127.0.0.1:9400\r\nAuthorization: Basic [basic ae305f9b]\r\n' +
  'Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\nContent-Length: 99\r\n\r\n' +
  'grant_type=refresh_token&refresh_token=[refresh_token 163bd6b2]&client_secret=[client_secret ae305f9b]';

describe('a message', () => {
  test('is taken apart as it came', () => {
    const message = parseMessage(TOKEN);
    expect(message.start).toBe('POST /v1/oauth/token HTTP/1.1');
    expect(message.headers.map(({ name }) => name)).toEqual([
      'Host',
      'Authorization',
      'Content-Type',
      'Content-Length',
    ]);
    expect(valueOf(message.headers, 'content-length')).toBe('99');
    expect(mediaType(message)).toBe('application/x-www-form-urlencoded');
    expect(message.body).toMatch(/^grant_type/);
    expect(message.complete).toBe(true);
  });

  test('may break off in its head, fold a line or have none', () => {
    expect(parseMessage('GET / HT').complete).toBe(false);
    expect(parseMessage('').start).toBe('');
    expect(parseMessage('GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n').headers).toEqual([{ name: 'A', value: 'b c' }]);
    expect(parseMessage('GET / HTTP/1.1\r\nno colon\r\n\r\n').headers).toEqual([{ name: 'no colon', value: '' }]);
  });

  test('is put together from chunks, even where a cut-out credential has made one shorter', () => {
    const chunked = (body: string) => parseMessage(`POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n${body}`).body;
    expect(chunked('4\r\nWiki\r\n6\r\npedia \r\n0\r\n\r\n')).toBe('Wikipedia ');
    expect(chunked('3a;x=1\r\ntoken=[token 01234567]\r\n2\r\n&a\r\n0\r\n\r\n')).toBe('token=[token 01234567]&a');
    expect(chunked('not chunks')).toBe('not chunks');
  });

  test('has a request line with any target', () => {
    expect(requestLine('GET /a b?c HTTP/1.1')).toEqual({ method: 'GET', target: '/a b?c', version: 'HTTP/1.1' });
    expect(requestLine('')).toBeNull();
    expect(splitTarget('/a?b=c?d')).toEqual({ path: '/a', query: 'b=c?d' });
  });
});

describe('markers', () => {
  test('stand between pieces of text', () => {
    expect(pieces('Bearer [access_token 1a2b3c4d]!')).toEqual([
      { text: 'Bearer ' },
      { marker: { index: 0, kind: 'access_token', digits: '1a2b3c4d', text: '[access_token 1a2b3c4d]' } },
      { text: '!' },
    ]);
    expect(markersOf('[not one] [x 1234567]')).toEqual([]);
  });

  test('are numbered through the whole message', () => {
    const parts = numbered(TOKEN);
    expect(parts.headers).toEqual([0, 0, 1, 1]);
    expect(parts.body).toBe(1);
    expect(offsets(['a', '[b 00000000]', 'c[d 00000000][e 00000000]', 'f'], 1)).toEqual([1, 1, 2, 4]);
  });

  test('give back what stood there, each its own', () => {
    const revealed = TOKEN.replace('[basic ae305f9b]', 'Y2xpZW50OnNlY3JldA==')
      .replace('[refresh_token 163bd6b2]', 'lph_rt_abc')
      .replace('[client_secret ae305f9b]', 'secret_xyz');
    expect(valuesBehind(TOKEN, revealed)).toEqual(['Y2xpZW50OnNlY3JldA==', 'lph_rt_abc', 'secret_xyz']);
  });

  test('give nothing where the value is lost or the texts differ', () => {
    expect(valuesBehind('a[b 00000000]c', 'a[b 00000000]c')).toEqual([null]);
    expect(valuesBehind('a[b 00000000]c', 'xyz')).toEqual([null]);
    expect(valuesBehind('[b 00000000][c 00000000]', 'xy')).toEqual([null, null]);
  });
});

describe('bodies', () => {
  test('of a form are decoded, and say what is odd', () => {
    expect(parameters('scope=openid+read%3Aaccount&a=1&a=2&b=%zz&&c')).toEqual([
      { name: 'scope', value: 'openid read:account', again: false, broken: false },
      { name: 'a', value: '1', again: false, broken: false },
      { name: 'a', value: '2', again: true, broken: false },
      { name: 'b', value: '%zz', again: false, broken: true },
      { name: 'c', value: '', again: false, broken: false },
    ]);
    expect(parameters('')).toEqual([]);
  });

  test('of JSON are indented without changing a number, a key or their order', () => {
    expect(pretty('{"b":12345678901234567890,"a":[],"s":"a\\"{,","a":[1,{}]}')).toBe(
      '{\n  "b": 12345678901234567890,\n  "a": [],\n  "s": "a\\"{,",\n  "a": [\n    1,\n    {}\n  ]\n}',
    );
    expect(pretty('[ ]')).toBe('[]');
    expect(pretty('nope')).toBeNull();
  });

  test('are told apart', () => {
    expect(kindOf('application/json', '{}')).toBe('json');
    expect(kindOf('application/problem+json', '{}')).toBe('json');
    expect(kindOf('', ' {"a":1}')).toBe('json');
    expect(kindOf('', '{no')).toBe('text');
    expect(kindOf('text/plain', '')).toBe('none');
    expect(kindOf('', 'a\u0000b')).toBe('binary');
    expect(kindOf('image/png', 'x')).toBe('binary');
  });
});
