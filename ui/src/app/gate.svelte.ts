/** Whether the desktop's sandbox runs; in a browser the page would not be there if it did not. */

import { desktop, onChanges, type HostState } from '../rpc';

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

async function look(): Promise<void> {
  try {
    state = await desktop.call('host_state');
  } catch {
    // The window itself is broken: the frame says so by its connection.
  }
}

/** Watches the sandbox of the window; the console does it once. */
export function watchSandbox(): () => void {
  if (!desktop.available) return () => {};
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
