import { describe, expect, test } from 'vitest';
import type { Explanation, Plan, StepRun, WalkExchange } from '../../../rpc';
import { agreed } from '../words';
import { whatWasChecked } from '../after/checked';
import { wayBack } from '../ways.svelte';
import { endSign, inSentence, sentence, SIGNS, small, standing } from '../words';

const run = (over: object) =>
  ({
    run: 1,
    step: 'token',
    tamper: null,
    edited: false,
    checks: [],
    main_exchange: 1,
    agreement: null,
    outcome: { state: 'done', words: '', fix: null },
    ...over,
  }) as unknown as StepRun;
const exchange = (over: object) =>
  ({
    exchange: 1,
    label: 'Token request',
    url: 'http://h/v1/oauth/token',
    status: 200,
    error: null,
    failed: null,
    server: null,
    ...over,
  }) as WalkExchange;
const server = (passed: number, check?: string) =>
  ({
    passed: Array.from({ length: passed }, (_, n) => `check_${n}`),
    refusal: check ? { check } : null,
  }) as Explanation;
const words = (seen: Partial<Parameters<typeof whatWasChecked>[0]>) =>
  whatWasChecked({
    run: run({}),
    exchange: exchange({}),
    own: true,
    waits: false,
    server: undefined,
    awaited: false,
    ...seen,
  })
    .map(({ text }) => text)
    .join(' ');

describe('what was checked', () => {
  test('is told of an answer that went through', () => {
    expect(words({ server: server(9) })).toMatch(
      /^By the server: that the app.*9 checks of the token request passed\.$/,
    );
  });

  test('claims nothing that did not happen', () => {
    const refused = words({
      exchange: exchange({ status: 400, error: 'invalid_grant' }),
      server: server(3, 'proof_fits'),
    });
    expect(refused).toBe(
      'The server’s check `proof_fits` of the token request failed, after 3 checks that passed; nothing after it was looked at.',
    );
    const api = exchange({ label: 'API call', status: 404 });
    expect(words({ run: run({ step: 'api' }), exchange: api, server: server(2) })).toBe(
      'The server’s 2 checks of the API call passed.',
    );
    expect(words({ run: run({ step: 'sign_in', main_exchange: null }), exchange: null, waits: true })).toMatch(
      /^Nothing yet/,
    );
    expect(words({ exchange: exchange({ status: null, failed: 'timeout' }) })).toMatch(/did not answer/);
    expect(words({ own: false })).toMatch(/can’t be seen at another target/);
  });

  test('says what came of it where the answer does not', () => {
    const saw = (name: string, value: string, passed: string[] = []) =>
      ({ passed, refusal: null, facts: [{ name, value }] }) as unknown as Explanation;
    const revoked = words({
      run: run({ step: 'revoke' }),
      server: saw('nothing_revoked_because', 'the token belongs to another app', ['public_client_without_secret']),
    });
    expect(revoked).toMatch(/^By the server: which app it says it is; then whose the token is/);
    expect(revoked).toContain(
      'The server saw that the token belongs to another app: nothing is revoked, and the answer does not say so.',
    );
    const own = (ended: string) => words({ run: run({ step: 'revoke' }), server: saw('revoked', ended) });
    expect(own('3')).toContain('The server saw that the token is this app’s own: it ended 3 tokens.');
    expect(own('0')).toContain('The server saw that the token is this app’s own, and had ended before.');
    const asked = { run: run({ step: 'introspect' }), server: saw('inactive_because', 'it is revoked') };
    expect(words(asked)).toContain(
      'The server saw that the token is revoked: it answers `active: false`, and does not say why.',
    );
  });

  test('claims no consent of a person who said no', () => {
    const agreement = {
      agrees: true,
      words: '',
      answered: { place: 'redirect', status: null, error: 'access_denied' },
    };
    const denied = run({ step: 'sign_in', agreement });
    const consents = exchange({ url: 'http://h/consent', status: 303, label: 'Consent' });
    expect(words({ run: denied, exchange: consents, server: server(8, 'consent_given') })).toBe(
      'The person said no: the server sends the browser back with `access_denied`. The server’s check `consent_given` of the consent failed, after 8 checks that passed; nothing after it was looked at.',
    );
    const pasted = run({
      step: 'sign_in',
      main_exchange: null,
      outcome: { state: 'done', words: 'On its way back with the error `access_denied`.', fix: null },
    });
    expect(words({ run: pasted, exchange: null })).toBe(
      'The person said no: the server sends the browser back with `access_denied`.',
    );
  });

  test('names of a redirect that refuses no check that was not reached', () => {
    const asks = exchange({ label: 'Authorization request', url: 'http://h/authorize', status: 302 });
    const refused = words({ run: run({ step: 'sign_in' }), exchange: asks, server: server(9, 'method_s256') });
    expect(refused).toMatch(/^The server’s check `method_s256`/);
  });

  test('of another target says what has to be looked at', () => {
    expect(words({ own: false })).toMatch(/^What the server has to look at: that the app.*can’t be seen/);
  });

  test('waits for what the server says, and says so when nobody knows any more', () => {
    const refused = exchange({ status: 400, error: 'invalid_grant', server: 'exchange_1' });
    expect(words({ exchange: refused, awaited: true })).toBe('');
    expect(words({ exchange: refused })).toBe('What the server checked is not kept any more.');
    expect(words({ exchange: refused, server: server(3, 'proof_fits') })).toMatch(/^The server’s check `proof_fits`/);
  });

  test('follows the exchange that is selected', () => {
    const signIn = run({ step: 'sign_in', main_exchange: 2 });
    const asks = exchange({ label: 'Authorization request', url: 'http://h/v1/oauth/authorize?x=1' });
    const consents = exchange({ exchange: 2, label: 'Consent', url: 'http://h/consent' });
    expect(words({ run: signIn, exchange: asks, server: server(18) })).toMatch(
      /that there is a challenge\. .* The server’s 18 checks of the authorization request/,
    );
    expect(words({ run: signIn, exchange: consents, server: server(9) })).toMatch(
      /^By the server: that the person agrees\. The server’s 9 checks of the consent/,
    );
  });

  test('names the app’s checks that failed', () => {
    const checks = [{ name: 'state_matches', passed: false }];
    expect(words({ run: run({ step: 'callback', checks, main_exchange: null }), exchange: null })).toBe(
      'The app’s check `state_matches` failed.',
    );
  });
});

describe('the way back', () => {
  const plan = (step: string, error: string | null, blocked: string | null = null) =>
    ({ step, blocked, prediction: { expected: { place: 'body', status: 400, error } } }) as unknown as Plan;
  test('is where a new credential comes from, or where the setup is mended', () => {
    expect(wayBack(plan('token', 'invalid_grant'), true)).toBe('pkce');
    expect(wayBack(plan('token', null, 'There is no code.'), true)).toBe('pkce');
    expect(wayBack(plan('api', 'invalid_token'), true)).toBe('pkce');
    expect(wayBack(plan('token', 'invalid_client'), true)).toBe('configure');
    expect(wayBack(plan('callback', 'access_denied'), false)).toBe('configure');
  });
  test('is not offered where a refusal is what the step shows', () => {
    expect(wayBack(plan('reuse', 'invalid_grant'), true)).toBeNull();
    expect(wayBack(plan('after_revoke', 'invalid_token'), true)).toBeNull();
    expect(wayBack(plan('token', null), true)).toBeNull();
  });
});

test('a label stands in a sentence without its capital; an abbreviation keeps its own', () => {
  expect(small('API call')).toBe('API call');
  expect(inSentence('Authorization URL')).toBe('the authorization URL');
  expect(sentence('a code is not known yet')).toBe('A code is not known yet.');
  expect(sentence('`state` fits.')).toBe('`state` fits.');
});

test('how a walk ended has the sign of its steps', () => {
  const summary = (over: object) =>
    ({ step: 'token', done: 3, exchanges: 4, ended: null, ended_before: null, ...over }) as never;
  expect(endSign(summary({ ended: { state: 'failed' } }))).toBe(SIGNS.failed);
  expect(endSign(summary({ step: null, ended: { state: 'refused_as_meant' } }))).toBe(SIGNS.done);
  expect(endSign(summary({ done: 0 }))).toBe(SIGNS.later);
  expect(standing(summary({ done: 0 }), {})).toBe('Begun again');
});

test('a step agrees when all of its requests came as foreseen', () => {
  const agreement = (agrees: boolean) => ({ agrees, words: '', answered: { place: 'body', status: 200, error: null } });
  const beside = (agrees: boolean) => ({ exchange: 2, label: '', prediction: {}, agreement: agreement(agrees) });
  const of = (main: boolean | null, also: object[]) =>
    agreed({ agreement: main === null ? null : agreement(main), also } as Parameters<typeof agreed>[0]);
  expect(of(true, [])).toBe(true);
  expect(of(true, [beside(true)])).toBe(true);
  expect(of(true, [beside(false)])).toBe(false);
  expect(of(false, [beside(true)])).toBe(false);
  expect(of(null, [])).toBe(null);
});
