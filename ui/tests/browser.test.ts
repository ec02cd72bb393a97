import { afterEach, expect, test, vi } from 'vitest';
import { browserPlatform } from '../src/platform/browser';
import type { Connection } from '../src/platform/types';

afterEach(() => vi.unstubAllGlobals());

test('a call that finds nobody puts the stream in doubt, however long something between holds it open', async () => {
  let gone = false;
  vi.stubGlobal('fetch', (address: string) => {
    if (gone) return Promise.reject(new TypeError('Failed to fetch'));
    // A stream that never ends and never says anything.
    return Promise.resolve(address === '/events' ? new Response(new ReadableStream()) : Response.json({}));
  });
  const states: Connection[] = [];
  const platform = browserPlatform();
  const stop = platform.changes({ onBatch: () => {}, onConnection: (next) => states.push(next) });
  await vi.waitFor(() => expect(states.at(-1)).toBe('live'));
  await platform.rpc('apps_list', {});
  expect(states.at(-1)).toBe('live');
  gone = true;
  await expect(platform.rpc('apps_list', {})).rejects.toMatchObject({ code: 'offline' });
  await vi.waitFor(() => expect(states.at(-1)).toBe('offline'));
  gone = false;
  await vi.waitFor(() => expect(states.at(-1)).toBe('live'), { timeout: 5000 });
  stop();
});
