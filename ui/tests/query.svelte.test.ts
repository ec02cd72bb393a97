import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PlatformError } from '../src/platform/types';
import { later, sandbox, testSandbox } from './sandbox';

const rpc = await import('../src/rpc');

beforeEach(() => {
  vi.useFakeTimers();
  sandbox.current = testSandbox();
  rpc.forgetAnswers();
});
let stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops) stop();
  stops = [];
  vi.useRealTimers();
});

/** Runs as a component would, until the test ends. */
function living<T>(make: () => T): T {
  let made!: T;
  stops.push(
    $effect.root(() => {
      made = make();
    }),
  );
  flushSync();
  return made;
}
const soon = async () => {
  await vi.advanceTimersByTimeAsync(1);
  flushSync();
};
const count = (cmd: string) => sandbox.current.calls.filter((call) => call.cmd === cmd).length;

describe('a query', () => {
  test('gives its answer, and is pending until then', async () => {
    sandbox.current.answers = { apps_list: () => ({ apps: [] }) };
    const apps = living(() => rpc.query('apps_list'));
    expect(apps.pending).toBe(true);
    expect(apps.data).toBeUndefined();
    await soon();
    expect(apps.data).toEqual({ apps: [] });
    expect([apps.pending, apps.loading, apps.stale, apps.error]).toEqual([false, false, false, null]);
  });

  test('is fetched again when a topic it reads changes, and not for another', async () => {
    let version = 0;
    sandbox.current.answers = { apps_list: () => ({ apps: [], version: ++version }) };
    const apps = living(() => rpc.query('apps_list'));
    stops.push(rpc.startChanges());
    await soon();
    sandbox.current.change({ topics: ['people', 'traffic'] });
    await vi.advanceTimersByTimeAsync(500);
    expect(count('apps_list')).toBe(1);
    sandbox.current.change({ topics: ['apps'] });
    await vi.advanceTimersByTimeAsync(500);
    expect(apps.data).toMatchObject({ version: 2 });
  });

  test('is fetched again when changes were missed', async () => {
    sandbox.current.answers = { apps_list: () => ({ apps: [] }) };
    living(() => rpc.query('apps_list'));
    stops.push(rpc.startChanges());
    await soon();
    sandbox.current.change({ topics: [], missed: true });
    await vi.advanceTimersByTimeAsync(500);
    expect(count('apps_list')).toBe(2);
  });

  test('keeps old data in sight while new data is on its way, and says that it is stale', async () => {
    sandbox.current.answers = { apps_list: () => ({ apps: [1] }) };
    const apps = living(() => rpc.query('apps_list'));
    stops.push(rpc.startChanges());
    await soon();
    const slow = later<unknown>();
    sandbox.current.answers = { apps_list: () => slow.promise };
    sandbox.current.change({ topics: ['apps'] });
    await vi.advanceTimersByTimeAsync(500);
    expect(apps.data).toEqual({ apps: [1] });
    expect([apps.stale, apps.loading, apps.pending]).toEqual([true, true, false]);
    slow.resolve({ apps: [2] });
    await soon();
    expect(apps.data).toEqual({ apps: [2] });
    expect(apps.stale).toBe(false);
  });

  test('keeps old data when a later fetch fails, and gives the failure beside it', async () => {
    sandbox.current.answers = { apps_list: () => ({ apps: [1] }) };
    const apps = living(() => rpc.query('apps_list'));
    await soon();
    sandbox.current.answers = {
      apps_list: () => {
        throw new PlatformError('offline', 'gone');
      },
    };
    await vi.advanceTimersByTimeAsync(500);
    apps.refresh();
    await soon();
    expect(apps.data).toEqual({ apps: [1] });
    expect(apps.error).toMatchObject({ code: 'offline', message: 'gone' });
  });

  test('shares one fetch with every other of the same command and payload', async () => {
    sandbox.current.answers = { apps_get: ({ client_id }: { client_id: string }) => ({ client_id }) };
    const [a, b] = living(() => [
      rpc.query('apps_get', () => ({ client_id: 'x' })),
      rpc.query('apps_get', () => ({ client_id: 'x' })),
    ]);
    await soon();
    expect(count('apps_get')).toBe(1);
    expect(a?.data).toBe(b?.data);
  });

  test('follows its payload, and forgets the other’s data unless told to keep it', async () => {
    const slow = later<unknown>();
    sandbox.current.answers = {
      apps_get: ({ client_id }: { client_id: string }) => (client_id === 'b' ? slow.promise : { client_id }),
    };
    let id = $state('a');
    const [plain, kept] = living(() => [
      rpc.query('apps_get', () => ({ client_id: id })),
      rpc.query('apps_get', () => ({ client_id: id }), { keepPrevious: true }),
    ]);
    await soon();
    id = 'b';
    flushSync();
    expect(plain?.data).toBeUndefined();
    expect(plain?.pending).toBe(true);
    expect(kept?.data).toMatchObject({ client_id: 'a' });
    expect(kept?.stale).toBe(true);
    slow.resolve({ client_id: 'b' });
    await soon();
    expect(plain?.data).toMatchObject({ client_id: 'b' });
  });

  test('does nothing while its payload is null', async () => {
    let wanted = $state(false);
    sandbox.current.answers = { apps_list: () => ({ apps: [] }) };
    const apps = living(() => rpc.query('apps_list', () => (wanted ? {} : null)));
    await soon();
    expect(count('apps_list')).toBe(0);
    expect(apps.pending).toBe(false);
    wanted = true;
    flushSync();
    await soon();
    expect(apps.data).toEqual({ apps: [] });
  });

  test('is not fetched more than about eight times a second in a storm, and ends with the last state', async () => {
    let version = 0;
    sandbox.current.answers = { traffic_list: () => ({ exchanges: [], total: ++version }) };
    const traffic = living(() => rpc.query('traffic_list'));
    stops.push(rpc.startChanges());
    await soon();
    for (let tick = 0; tick < 40; tick += 1) {
      sandbox.current.change({ topics: ['traffic'] });
      await vi.advanceTimersByTimeAsync(25);
    }
    await vi.advanceTimersByTimeAsync(500);
    expect(count('traffic_list')).toBeLessThan(12);
    expect(traffic.data?.total).toBe(version);
    expect(traffic.stale).toBe(false);
  });

  test('waits with fetching until someone looks again', async () => {
    sandbox.current.answers = { apps_list: () => ({ apps: [] }) };
    const stop = $effect.root(() => {
      rpc.query('apps_list');
    });
    flushSync();
    stops.push(rpc.startChanges());
    await soon();
    stop();
    sandbox.current.change({ topics: ['apps'] });
    await vi.advanceTimersByTimeAsync(500);
    expect(count('apps_list')).toBe(1);
    const apps = living(() => rpc.query('apps_list'));
    expect(apps.data).toEqual({ apps: [] });
    await vi.advanceTimersByTimeAsync(500);
    expect(count('apps_list')).toBe(2);
  });
});

describe('a mutation', () => {
  test('refreshes what reads the topics it writes, without waiting for the sandbox to say so', async () => {
    sandbox.current.answers = { apps_list: () => ({ apps: [] }), apps_delete: () => ({ done: true }) };
    living(() => rpc.query('apps_list'));
    await soon();
    const remove = rpc.mutation('apps_delete');
    const running = remove.run({ client_id: 'x' });
    expect(remove.busy).toBe(true);
    await vi.advanceTimersByTimeAsync(500);
    expect(await running).toEqual({ done: true });
    expect(remove.busy).toBe(false);
    expect(count('apps_list')).toBe(2);
  });

  test('keeps its failure, with the broken rules by field', async () => {
    sandbox.current.answers = {
      apps_create: () => {
        throw new PlatformError('invalid', 'name: too short', { flaws: [{ field: 'name', message: 'too short' }] });
      },
    };
    const create = rpc.mutation('apps_create');
    expect(await create.run({ name: '' } as never)).toBeUndefined();
    expect(create.error?.code).toBe('invalid');
    expect(rpc.flawsOf(create.error)).toEqual({ name: 'too short' });
    create.reset();
    expect(create.error).toBeNull();
  });

  test('names a code that it does not know an internal failure', async () => {
    expect(rpc.asFailure(new PlatformError('who_knows', 'x')).code).toBe('internal');
    expect(rpc.asFailure(new Error('boom'))).toMatchObject({ code: 'internal', message: 'boom' });
  });
});
