import { beforeEach, describe, expect, test } from 'vitest';
import { sandbox, testSandbox } from '../../tests/sandbox';

const { changes, mend, merged, remedyOf, takeBack } = await import('./remedy');

let app: Record<string, unknown>;
beforeEach(() => {
  sandbox.current = testSandbox();
  app = {
    client_id: 'client_1',
    enabled: false,
    baa_status: 'none',
    redirect_uris: ['http://localhost/a'],
    updated_at: 1,
  };
  sandbox.current.answers = {
    apps_get: () => ({ ...app }),
    apps_update: (payload: object) => (app = { ...app, ...payload, updated_at: 2 }),
    apps_enable: () => (app = { ...app, enabled: true }),
    settings_get: () => ({ settings: { userinfo: false }, about: [] }),
  };
});

const register = {
  command: 'apps_update' as const,
  payload: { client_id: 'client_1', redirect_uris: ['http://localhost/a', 'http://localhost/b'] },
  label: 'Register it',
};

describe('a remedy', () => {
  test('is known by its command, or is none', () => {
    expect(remedyOf({ command: 'apps_enable', payload: {}, label: 'Enable' })?.label).toBe('Enable');
    expect(remedyOf({ command: 'format_disk', payload: {}, label: 'x' })).toBeNull();
    expect(remedyOf({ command: 'apps_enable' })).toBeNull();
    expect(remedyOf(null)).toBeNull();
  });

  test('says what it changed, and can be taken back', async () => {
    const mended = await mend(register);
    expect(mended.changes).toEqual([
      { field: 'redirect_uris', added: ['http://localhost/b'], removed: [], before: null, after: null },
    ]);
    if (!mended.undo) throw new Error('there is a way back');
    await takeBack(mended.undo);
    expect(app['redirect_uris']).toEqual(['http://localhost/a']);
  });

  test('adds to a list that has grown since, and takes nothing from it', async () => {
    app['redirect_uris'] = ['http://localhost/a', 'http://localhost/later'];
    await mend(register);
    expect(app['redirect_uris']).toEqual(['http://localhost/a', 'http://localhost/later', 'http://localhost/b']);
  });

  test('that was carried out already changes nothing', async () => {
    app['redirect_uris'] = ['http://localhost/a', 'http://localhost/b'];
    expect((await mend(register)).changes).toEqual([]);
  });

  test('that switches something on is taken back by its opposite', async () => {
    const mended = await mend({ command: 'apps_enable', payload: { client_id: 'client_1' }, label: 'Enable' });
    expect(mended.changes).toEqual([{ field: 'enabled', added: [], removed: [], before: 'off', after: 'on' }]);
    expect(mended.undo).toMatchObject({ command: 'apps_disable', payload: { client_id: 'client_1' } });
  });

  test('that fails says why', async () => {
    sandbox.current.answers['apps_update'] = () => {
      throw Object.assign(new Error('no'), { code: 'invalid' });
    };
    await expect(mend(register)).rejects.toMatchObject({ message: 'no' });
  });

  test('of settings is sent as it is', () => {
    const settings = { command: 'settings_update' as const, payload: { userinfo: true }, label: '' };
    expect(merged(settings, { userinfo: false })).toEqual({ userinfo: true });
    expect(changes({ a: null }, { a: 5 })).toEqual([
      { field: 'a', added: [], removed: [], before: 'none', after: '5' },
    ]);
  });
});
