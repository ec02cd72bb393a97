/** What is done with a walk as a whole, and with what it leaves: named, kept, copied, deleted. */

import { mutate, type CopyFormat } from '../../rpc';
import { confirm, go, href, notify, notifyFailure } from '../../shared';
import { copyAs } from '../../wire/copy-as';
import type { Simulator } from './simulator.svelte';

export async function rename(simulator: Simulator, session: string, name: string): Promise<boolean> {
  return (await simulator.carryOut('rename', () => mutate('simulator_update', { session, name }))) !== undefined;
}

export async function keep(simulator: Simulator, session: string, kept: boolean): Promise<void> {
  const done = await simulator.carryOut('keep', () => mutate('simulator_update', { session, kept }));
  if (done) notify('good', kept ? 'Kept until it is deleted.' : 'Deleted after 7 days.');
}

export async function duplicate(simulator: Simulator, session: string): Promise<void> {
  const copy = await simulator.carryOut('duplicate', () => mutate('simulator_duplicate', { session }));
  if (copy) go(href('simulator', copy.summary.session));
  else if (simulator.failure) notifyFailure('Duplicating', simulator.failure);
}

/** Deletes walks, one after the other. The open one gives its place to what took it in the list. */
async function discard(simulator: Simulator, walks: readonly string[]): Promise<void> {
  const place = simulator.sessions.findIndex(({ session }) => session === simulator.id);
  for (const session of walks) {
    const takeBack = simulator.letGo(session);
    try {
      await mutate('simulator_delete', { session });
    } catch (thrown) {
      takeBack();
      throw thrown;
    }
  }
  if (simulator.id && walks.includes(simulator.id)) {
    // What took its place, or stood above it. One that can't be read had none.
    const rest = simulator.sessions;
    const next = place < 0 ? undefined : rest[Math.min(place, rest.length - 1)];
    go(next ? href('simulator', next.session) : href('simulator'), { replace: true });
  }
}

/** Asks, and deletes a walk. */
export async function remove(simulator: Simulator, session: string, name: string): Promise<void> {
  const deleted = await confirm({
    title: `Delete ${name}?`,
    description: 'This can’t be taken back.',
    happens: ['Its steps, requests and answers are removed'],
    stays: ['What it did in the sandbox: traffic, grants, journal'],
    confirmLabel: 'Delete the walk',
    run: async () => {
      await discard(simulator, [session]);
      notify('good', `${name} is deleted.`);
    },
  });
  if (deleted) simulator.deleted += 1;
}

/** Asks, and deletes walks whose key is gone: nothing of them can be read, nor told. */
export async function removeLost(simulator: Simulator, lost: readonly string[]): Promise<void> {
  const one = lost.length === 1;
  await confirm({
    title: one ? 'Delete the walk that can’t be read?' : `Delete ${lost.length} walks that can’t be read?`,
    description: 'This can’t be taken back.',
    happens: ['What is left of them, sealed with a key that is gone, is removed'],
    stays: ['Every walk that can be read', 'What they did in the sandbox: traffic, grants, journal'],
    confirmLabel: one ? 'Delete the walk' : 'Delete them',
    run: async () => {
      await discard(simulator, lost);
      notify('good', one ? 'The walk is deleted.' : `${lost.length} walks are deleted.`);
    },
  });
}

/** Copies one of its requests as something that can be run. */
export function copyExchange(simulator: Simulator, exchange: number, format: CopyFormat): Promise<void> {
  const session = simulator.id ?? '';
  return copyAs(
    (form, all) => mutate('simulator_copy_as', { session, exchange, format: form, with_credentials: all }),
    format,
  );
}
