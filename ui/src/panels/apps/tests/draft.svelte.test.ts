import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { later } from '../../../../tests/sandbox';
import { PlatformError } from '../../../platform/types';
import { Draft, type Verdict } from '../draft.svelte';
import { emptyFields, fieldsOf, placesOf, same, secondsOf, toCreate, toUpdate, type Fields } from '../fields';
import { app } from './samples';

const CLEAN: Verdict = { flaws: [], remarks: [] };
const FRAGMENT = {
  field: 'redirect_uris[0]',
  message: 'must have no fragment',
  standing: 'documented',
  clause: '/connect/security',
} as const;

const written = (more: Partial<Fields> = {}): Fields => ({ ...emptyFields(), ...more });

describe('a form', () => {
  test('leaves out blanks and empty rows', () => {
    const request = toCreate(
      written({ name: ' App ', redirect_uris: ['', ' https://a.example/cb ', ' '], scopes: ['openid'] }),
    );
    expect(request).toMatchObject({
      name: 'App',
      redirect_uris: ['https://a.example/cb'],
      scopes: ['openid'],
      webhook_url: null,
      access_token_lifetime_seconds: 3600,
    });
  });

  test('sends nothing of people for a machine', () => {
    const request = toCreate(
      written({
        app_type: 'm2m',
        redirect_uris: ['https://a.example/cb'],
        webhook_url: 'https://a.example/hook',
        allowed_origins: ['https://a.example'],
        is_first_party: true,
      }),
    );
    expect(request).toMatchObject({
      redirect_uris: [],
      webhook_url: null,
      allowed_origins: [],
      is_first_party: false,
    });
  });

  test('sends only what was changed, and an empty text for what was removed', () => {
    const fields = { ...fieldsOf(app({ webhook_url: 'https://a.example/hook' })), webhook_url: '', name: 'New' };
    expect(toUpdate('client_1', fields, ['webhook_url', 'name'])).toEqual({
      client_id: 'client_1',
      name: 'New',
      webhook_url: '',
    });
  });

  test('knows which typed row a said one is', () => {
    expect(placesOf(['', 'a', ' ', 'b'])).toEqual([1, 3]);
    expect(same(['a', ''], ['a'])).toBe(true);
    expect(same('a ', 'a')).toBe(true);
    expect(secondsOf(' 300 ')).toBe(300);
    expect(secondsOf('1h')).toBeNull();
  });
});

describe('a draft', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('asks once for what was typed in one go, and shows a flaw where it was written', async () => {
    const check = vi.fn(async () => ({ ...CLEAN, flaws: [FRAGMENT, { field: 'scopes', message: 'at least one' }] }));
    const draft = new Draft(emptyFields(), { check, save: async () => 'kept' });
    draft.set('redirect_uris', ['', 'https://a.example/cb']);
    draft.set('redirect_uris', ['', 'https://a.example/cb#x']);
    expect(draft.checking).toBe(true);
    await vi.advanceTimersByTimeAsync(300);
    expect(check).toHaveBeenCalledTimes(1);
    // The first said URI is in the second row.
    expect(draft.flawsOf('redirect_uris', 1)).toMatchObject([
      { message: 'must have no fragment', clause: '/connect/security' },
    ]);
    expect(draft.flawsOf('redirect_uris', 0)).toEqual([]);
    // Nobody has been at the scopes yet.
    expect(draft.flawsOf('scopes')).toEqual([]);
    expect(draft.flaws).toHaveLength(2);
    expect(draft.checking).toBe(false);
  });

  test('is not overwritten by an older answer', async () => {
    const answers = [later<Verdict>(), later<Verdict>()];
    let asked = 0;
    const draft = new Draft(emptyFields(), { check: () => answers[asked++]!.promise, save: async () => 0 });
    draft.set('name', 'a');
    await vi.advanceTimersByTimeAsync(300);
    draft.set('name', 'ab');
    await vi.advanceTimersByTimeAsync(300);
    answers[1]!.resolve(CLEAN);
    answers[0]!.resolve({ ...CLEAN, flaws: [{ field: 'name', message: 'old' }] });
    await vi.advanceTimersByTimeAsync(0);
    expect(draft.flaws).toEqual([]);
  });

  test('follows the registered app where it was not edited, and keeps what was', () => {
    const draft = new Draft(fieldsOf(app({ name: 'One' })), { check: async () => CLEAN, save: async () => 0 });
    draft.set('name', 'Two');
    draft.rebase(fieldsOf(app({ name: 'Three', webhook_url: 'https://a.example/hook' })));
    expect(draft.fields).toMatchObject({ name: 'Two', webhook_url: 'https://a.example/hook' });
    expect(draft.changed).toEqual(['name']);
    draft.undo();
    expect(draft.fields.name).toBe('Three');
    expect(draft.dirty).toBe(false);
  });

  test('is not kept while a rule is broken, and then shows every flaw', async () => {
    const save = vi.fn(async () => 'kept');
    const draft = new Draft(emptyFields(), {
      check: async () => ({ ...CLEAN, flaws: [{ field: 'scopes', message: 'at least one' }] }),
      save,
    });
    expect(await draft.save()).toBeUndefined();
    expect(save).not.toHaveBeenCalled();
    expect(draft.flawsOf('scopes')).toHaveLength(1);
  });

  test('knows by itself that a lifetime is a number', async () => {
    const save = vi.fn(async () => 'kept');
    const draft = new Draft(emptyFields(), { check: async () => CLEAN, save });
    draft.set('access_token_lifetime_seconds', 'an hour');
    expect(draft.flawsOf('access_token_lifetime_seconds')).toHaveLength(1);
    expect(await draft.save()).toBeUndefined();
    expect(save).not.toHaveBeenCalled();
  });

  test('takes the last word of the one that keeps it', async () => {
    const draft = new Draft(written({ redirect_uris: ['', 'x'] }), {
      check: async () => CLEAN,
      save: async () => {
        throw new PlatformError('invalid', 'it can’t be kept', {
          flaws: [{ field: 'redirect_uris[0]', message: 'no' }],
        });
      },
    });
    expect(await draft.save()).toBeUndefined();
    expect(draft.flawsOf('redirect_uris', 1)).toMatchObject([{ message: 'no' }]);
    expect(draft.failure).toBeNull();
  });

  test('says why it could not be kept when no field is to blame', async () => {
    const draft = new Draft(written({ name: 'a' }), {
      check: async () => CLEAN,
      save: async () => {
        throw new PlatformError('key_unavailable', 'the keychain is locked');
      },
    });
    await draft.save();
    expect(draft.failure).toMatchObject({ code: 'key_unavailable', message: 'the keychain is locked' });
    expect(draft.busy).toBe(false);
  });

  test('keeps what was typed while it was being kept', async () => {
    const kept = later<string>();
    const draft = new Draft(written({ name: 'a' }), { check: async () => CLEAN, save: () => kept.promise });
    draft.set('name', 'b');
    const saving = draft.save();
    await vi.advanceTimersByTimeAsync(0);
    draft.set('webhook_url', 'https://a.example/hook');
    kept.resolve('done');
    expect(await saving).toBe('done');
    expect(draft.changed).toEqual(['webhook_url']);
  });
});
