import { describe, expect, test } from 'vitest';
import type { Parameter, PlannedRequest, Step, TamperInfo } from '../../../rpc';
import { changes, changeWords } from '../before/changes';
import { elsewhere, placesWith } from '../before/slips';
import { STANDINGS } from '../words';

const parameter = (name: string, value: string): Parameter => ({
  place: 'form',
  name,
  value,
  meaning: '',
  source: '',
  tampered: false,
});
const request = (parameters: Parameter[], more: Partial<PlannedRequest> = {}): PlannedRequest => ({
  label: 'Token request',
  main: true,
  method: 'POST',
  url: 'http://localhost/v1/oauth/token',
  headers: [],
  body: '',
  parameters,
  ...more,
});

describe('what a mistake changes', () => {
  test('is told parameter by parameter', () => {
    const plain = request([parameter('code', '{{code}}'), parameter('method', 'S256'), parameter('state', 'x')]);
    const spoiled = request([parameter('code', '{{code}}'), parameter('method', 'plain'), parameter('scope', 'y')]);
    const told = changes(spoiled, plain);
    expect(told.rows.map(({ parameter: { name }, change, was }) => [name, change, was])).toEqual([
      ['code', 'same', null],
      ['method', 'changed', 'S256'],
      ['scope', 'added', null],
      ['state', 'left out', 'x'],
    ]);
    expect(changeWords(told)).toBe('changed `method`; added `scope`; left out `state`');
  });

  test('is told where it is no parameter, and of one that comes twice', () => {
    const plain = request([parameter('state', 'x')], { headers: [{ name: 'Accept', value: 'a' }] });
    const spoiled = request([parameter('state', 'x'), parameter('state', 'x')], { method: 'GET' });
    expect(changeWords(changes(spoiled, plain))).toBe(
      'added `state`; `GET` instead of `POST`; the header `Accept`: `none` instead of `a`',
    );
    expect(changeWords(changes(plain, plain))).toBe('');
    expect(changes(plain, undefined).rows.every(({ change }) => change === 'same')).toBe(true);
  });

  test('is no other value where the same is sent a second time', () => {
    const plain = request([parameter('refresh_token', '{{refresh_token}}')]);
    const again = request([{ ...parameter('refresh_token', '[refresh_token 1a2b3c4d]'), tampered: true }]);
    const first = { ...plain, label: 'Refresh request, the first time', main: false };
    const told = changes(again, plain, [first, again]);
    expect(changeWords(told)).toBe('the same request is sent a second time');
    expect(told.rows[0]).toMatchObject({ change: 'same', parameter: { tampered: false } });
    const other = request([parameter('refresh_token', '{{access_token}}')]);
    expect(changeWords(changes(other, plain, [other]))).toBe('changed `refresh_token`');
  });
});

describe('mistakes of other steps', () => {
  const slip = (name: string, step: Step): TamperInfo => ({
    name,
    step,
    title: name.replaceAll('_', ' '),
    about: '',
    moves_clock: false,
    unavailable: null,
  });
  const steps = (['configure', 'pkce', 'token', 'refresh'] as Step[]).map((step) => ({ step, title: step }));
  const slips = [slip('no_secret', 'token'), slip('refresh_no_secret', 'refresh'), slip('code_twice', 'token')];

  test('are found, with the place to which they lead', () => {
    const found = elsewhere(slips, 'secret', 'token', steps);
    expect(found.map(({ number, slips: of }) => [number, of.map(({ name }) => name)])).toEqual([
      [4, ['refresh_no_secret']],
    ]);
    expect(elsewhere(slips, ' ', 'token', steps)).toEqual([]);
  });

  test('say in which steps there are any', () => {
    expect(placesWith(slips, steps)).toBe('3 and 4');
    expect(placesWith([], steps)).toBe('');
  });
});

test('each word about a rule is explained', () => {
  for (const [word, text] of Object.entries(STANDINGS)) expect(text.toLowerCase()).toMatch(new RegExp(`^${word}: `));
});
