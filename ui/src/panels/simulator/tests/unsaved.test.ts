import { describe, expect, test } from 'vitest';
import type { WalkConfig, WalkSetup } from '../../../rpc';
import { changed, merged, Unsaved } from '../setup/unsaved.svelte';

const SETUP: WalkConfig = {
  client_id: 'client_web',
  app_name: 'Demo Web App',
  app_type: 'web',
  has_secret: true,
  persona: 'maya@example.com',
  scopes: ['openid'],
  redirect_uri: 'http://localhost:3000/callback',
  client_authentication: 'body',
  consent: 'automatic',
  allow: true,
  nonce: true,
  prompt: 'login',
  call: 'GET /clinical/v1/biomarkers/me',
  outside_call: null,
};

describe('what is not saved yet', () => {
  test('is shown as it will be; an empty text is none', () => {
    const change: WalkSetup = {
      app: 'client_b',
      prompt: '',
      call: '',
      scopes: ['email'],
      allow: false,
      persona: 'a@b.c',
    };
    expect(changed(SETUP, change)).toEqual({
      ...SETUP,
      client_id: 'client_b',
      prompt: null,
      call: null,
      scopes: ['email'],
      allow: false,
      persona: 'a@b.c',
    });
    expect(changed(SETUP, { client_secret: '' }).has_secret).toBe(false);
    expect(changed(SETUP, null)).toBe(SETUP);
  });

  test('is one change; the later word counts', () => {
    expect(merged({ consent: 'window', allow: false }, { allow: true, nonce: false }, true)).toEqual({
      consent: 'window',
      allow: true,
      nonce: false,
    });
  });

  test('does not hold the sandbox to what it chooses anew', () => {
    const earlier: WalkSetup = { scopes: ['email'], redirect_uri: 'http://x', call: 'GET /a', nonce: false };
    expect(merged(earlier, { app: 'client_b' }, true)).toEqual({ app: 'client_b', nonce: false });
    // Another target chooses nothing.
    expect(merged(earlier, { app: 'client_b' }, false)).toEqual({ ...earlier, app: 'client_b' });
    expect(merged(earlier, { scopes: ['openid'] }, true)).toEqual({
      scopes: ['openid'],
      redirect_uri: 'http://x',
      nonce: false,
    });
  });

  test('stays where it was changed once more while it was being saved, each walk for itself', () => {
    const unsaved = new Unsaved();
    unsaved.add('walk_1', { redirect_uri: 'http://a', nonce: false }, true);
    unsaved.add('walk_2', { allow: false }, true);
    expect(unsaved.send('walk_1')).toEqual({ redirect_uri: 'http://a', nonce: false });
    unsaved.add('walk_1', { redirect_uri: 'http://b' }, true);
    // Shown is all of it, saved or not; sent again is what is not.
    expect(unsaved.of('walk_1')).toEqual({ redirect_uri: 'http://b', nonce: false });
    unsaved.saved('walk_1');
    expect(unsaved.send('walk_1')).toEqual({ redirect_uri: 'http://b' });
    // It failed: it goes with what was changed since.
    unsaved.add('walk_1', { allow: true }, true);
    expect(unsaved.send('walk_1')).toEqual({ redirect_uri: 'http://b', allow: true });
    unsaved.saved('walk_1');
    expect(unsaved.of('walk_1')).toBeNull();
    expect(unsaved.send('walk_1')).toBeNull();
    expect(unsaved.of('walk_2')).toEqual({ allow: false });
    expect(unsaved.of(null)).toBeNull();
  });
});
