import { describe, expect, test } from 'vitest';
import type { MessageParts } from '../../rpc';
import { fromBase64, parameters } from './decode';
import { bodyOf, requestLine, splitTarget } from './http';
import { markersOf, pieces, valuesBehind } from './markers';
import { numbered, offsets } from './numbered';
import { statusTone, statusWord } from './words';

const TOKEN =
  'POST /v1/oauth/token?code=[code 00112233] HTTP/1.1\r\nAuthorization: Basic [basic ae305f9b]\r\nHost: h\r\n\r\n' +
  'refresh_token=[refresh_token 163bd6b2]&client_secret=[client_secret ae305f9b]';
const PARTS = {
  start_line: 'POST /v1/oauth/token?code=[code 00112233] HTTP/1.1',
  headers: [
    { name: 'Authorization', value: 'Basic [basic ae305f9b]', meaning: null },
    { name: 'Host', value: 'h', meaning: null },
  ],
  query: [{ name: 'code', value: '[code 00112233]' }],
  form: [
    { name: 'refresh_token', value: '[refresh_token 163bd6b2]' },
    { name: 'client_secret', value: '[client_secret ae305f9b]' },
  ],
} as unknown as MessageParts;

describe('a message', () => {
  test('has a request line with any target', () => {
    expect(requestLine('GET /a b?c HTTP/1.1')).toEqual({ method: 'GET', target: '/a b?c', version: 'HTTP/1.1' });
    expect(requestLine('')).toBeNull();
    expect(splitTarget('/a?b=c?d')).toEqual({ path: '/a', query: 'b=c?d' });
    expect(splitTarget('/a')).toEqual({ path: '/a', query: '' });
  });

  test('has a body behind its head, if the head ended', () => {
    expect(bodyOf(TOKEN)).toMatch(/^refresh_token=/);
    expect(bodyOf('GET / HTTP/1.1\n\n')).toBe('');
    expect(bodyOf('GET / HT')).toBeNull();
  });

  test('has statuses with a word and a tone', () => {
    expect([statusWord(302), statusWord(299), statusWord(999)]).toEqual(['Found', 'Success', '']);
    expect([200, 302, 404, 500, null].map(statusTone)).toEqual(['good', 'note', 'warn', 'bad', 'quiet']);
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
    expect(numbered(PARTS)).toEqual({ query: [0], headers: [1, 2], form: [2, 3], body: 2 });
    expect(numbered({ ...PARTS, headers: [] }).body).toBe(1);
    expect(offsets(['a', '[b 00000000]', 'c[d 00000000][e 00000000]', 'f'], 1)).toEqual([1, 1, 2, 4]);
  });

  test('give back what stood there, each its own', () => {
    const revealed = TOKEN.replace('[code 00112233]', 'lph_ac_1')
      .replace('[basic ae305f9b]', 'Y2xpZW50OnNlY3JldA==')
      .replace('[refresh_token 163bd6b2]', 'lph_rt_abc')
      .replace('[client_secret ae305f9b]', 'secret_xyz');
    expect(valuesBehind(TOKEN, revealed)).toEqual(['lph_ac_1', 'Y2xpZW50OnNlY3JldA==', 'lph_rt_abc', 'secret_xyz']);
  });

  test('give nothing where the value is lost or the texts differ', () => {
    expect(valuesBehind('a[b 00000000]c', 'a[b 00000000]c')).toEqual([null]);
    expect(valuesBehind('a[b 00000000]c', 'xyz')).toEqual([null]);
    expect(valuesBehind('[b 00000000][c 00000000]', 'xy')).toEqual([null, null]);
  });
});

describe('parameters', () => {
  test('are decoded in their order, and stay as they are where they can’t be', () => {
    expect(parameters('scope=openid+read%3Aaccount&a=1&a=2&b=%zz&&c')).toEqual([
      { name: 'scope', value: 'openid read:account' },
      { name: 'a', value: '1' },
      { name: 'a', value: '2' },
      { name: 'b', value: '%zz' },
      { name: 'c', value: '' },
    ]);
  });

  test('and bytes', () => expect([...fromBase64('AP8=')]).toEqual([0, 255]));
});
