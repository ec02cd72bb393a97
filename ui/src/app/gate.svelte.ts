/** Whether the desktop's sandbox runs; in a browser the page would not be there if it did not. */

import { desktop, onChanges, type HostState } from '../rpc';
import { go } from '../shared/state/route.svelte';

let state = $state.raw<HostState | null>(null);

export const gate = {
  /** Null while it is not known, and in a browser: nothing is in the way. */
  get state(): HostState | null {
    return state;
  },
  get closed(): boolean {
    return state !== null && state.state !== 'running';
  },
};

/** Where the page began: as long as it is there, nobody has gone anywhere. */
let began: string | null = null;

async function look(): Promise<void> {
  try {
    const seen = await desktop.call('host_state');
    if (seen.state === 'running' && seen.left && location.hash === began) go(seen.left, { replace: true });
    state = seen;
  } catch {
    // The window itself is broken: the frame says so by its connection.
  }
}

/** Watches the sandbox of the window; the console does it once. */
export function watchSandbox(): () => void {
  if (!desktop.available) return () => {};
  began = location.hash;
  void look();
  // Another sandbox, or none, comes as "everything was missed".
  const stop = onChanges((topics) => topics === null && void look());
  return () => {
    stop();
    state = null;
  };
}

/** Starts the sandbox again, on any free port when asked. */
export async function tryAgain(anyPort: boolean): Promise<void> {
  state = { state: 'starting' };
  try {
    state = await desktop.call('host_retry', { any_port: anyPort });
  } catch {
    await look();
  }
}
