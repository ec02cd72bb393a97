import { describe, expect, test } from 'vitest';
import type { UnlockedTarget, WalkCall, WalkConfig } from '../../../rpc';
import { otherScopes, withChosen } from '../setup/setup';
import { beginning, BLANK, impossible, isLoopback, missing, unlocking } from '../setup/target';

const CALLS: readonly WalkCall[] = [
  { call: 'GET /clinical/v1/biomarkers/me', summary: '', scope: 'read:biomarkers' },
  { call: 'GET /clinical/v1/sleep/me', summary: '', scope: 'read:sleep' },
  { call: 'GET /v1/anything', summary: '', scope: null },
];
const setup = (own: Partial<WalkConfig>) =>
  ({ scopes: ['openid', 'read:biomarkers'], call: null, outside_call: null, ...own }) as WalkConfig;

describe('other scopes', () => {
  test('keep the calls that still fit, and let go of those that do not', () => {
    const chosen = setup({ call: 'GET /clinical/v1/biomarkers/me', outside_call: 'GET /clinical/v1/sleep/me' });
    expect(otherScopes(chosen, CALLS, ['openid', 'read:biomarkers', 'email'])).toEqual({
      scopes: ['openid', 'read:biomarkers', 'email'],
      call: 'GET /clinical/v1/biomarkers/me',
      outside_call: 'GET /clinical/v1/sleep/me',
    });
    expect(otherScopes(chosen, CALLS, ['openid', 'read:sleep'])).toEqual({ scopes: ['openid', 'read:sleep'] });
  });

  test('keep a call that was written by hand, and "none" where there was a choice', () => {
    const written = setup({ call: 'GET /v2/other', outside_call: null });
    expect(otherScopes(written, CALLS, ['openid'])).toEqual({
      scopes: ['openid'],
      call: 'GET /v2/other',
      outside_call: '',
    });
  });

  test('leave the choice to the sandbox where nothing could be chosen before', () => {
    expect(otherScopes(setup({ scopes: ['openid'] }), CALLS, ['openid', 'read:sleep'])).toEqual({
      scopes: ['openid', 'read:sleep'],
      outside_call: '',
    });
  });
});

test('what is chosen is among the options, even where nobody offers it any more', () => {
  const options = [{ value: 'a', label: 'A' }];
  expect(withChosen(options, 'a', 'gone')).toBe(options);
  expect(withChosen(options, null, 'gone')).toBe(options);
  expect(withChosen(options, 'b', 'gone')).toEqual([...options, { value: 'b', label: 'b', hint: 'gone' }]);
});

describe('another target', () => {
  const there = { ...BLANK, baseUrl: 'https://staging.example.com/', clientId: 'client_a' };
  const known: UnlockedTarget = {
    base_url: 'https://staging.example.com',
    unlocked_at: '2026-01-01T00:00:00Z',
    client_id: 'client_a',
    has_secret: true,
  };

  test('says what it still needs', () => {
    expect(missing(BLANK, undefined)).toBe('A base URL is needed.');
    expect(missing(there, undefined)).toBe('Write staging.example.com once more.');
    expect(missing({ ...there, typed: 'staging.example.com', clientId: '' }, undefined)).toBe('A client id is needed.');
    expect(missing({ ...there, redirectUri: ' ' }, known)).toBe('A redirect URI is needed.');
    expect(missing({ ...there, clientId: '' }, known)).toBeNull();
    expect(impossible({ ...there, baseUrl: 'http://staging.example.com' })).toMatch(/https is needed/);
  });

  test('takes for this machine what is this machine, and nothing that begins like it', () => {
    for (const own of ['http://127.0.0.1:9400', 'http://127.1.2.3', 'http://LOCALHOST:3000', 'http://[::1]:9400'])
      expect(isLoopback(new URL(own)), own).toBe(true);
    for (const other of ['http://127.evil.example', 'http://127.0.0.1.evil.example', 'http://localhost.example'])
      expect(isLoopback(new URL(other)), other).toBe(false);
    expect(impossible({ ...there, baseUrl: 'http://127.evil.example' })).toMatch(/https is needed/);
  });

  test('unlocks by what was typed, as it was compared', () => {
    const typed = { ...there, typed: ' Staging.Example.com ' };
    expect(missing(typed, undefined)).toBeNull();
    expect(unlocking(typed, undefined)).toMatchObject({ confirm: 'staging.example.com' });
  });

  test('never sends the secret of one client with the id of another', () => {
    expect(unlocking(there, known)).toBeNull();
    expect(unlocking({ ...there, clientId: 'client_b' }, known)).toEqual({
      base_url: 'https://staging.example.com',
      confirm: 'staging.example.com',
      client_id: 'client_b',
      client_secret: '',
    });
    expect(unlocking({ ...there, secret: 'new' }, known)).toMatchObject({
      client_id: 'client_a',
      client_secret: 'new',
    });
  });

  test('begins with what was written, and nothing else', () => {
    expect(beginning(there)).toEqual({ app: 'client_a', redirect_uri: 'http://localhost:3000/callback' });
  });
});
