/** What only the desktop does: files, windows, workspaces. A browser has none of it, and says so. */

import { platform, PlatformError } from '../platform';
import { asFailure } from './errors';
import type { HostCommandName, HostCommands } from './generated/commands';

type HostInput<C extends HostCommandName> =
  Record<string, never> extends HostCommands[C]['request']
    ? [payload?: HostCommands[C]['request']]
    : [payload: HostCommands[C]['request']];

export const desktop = {
  /** False in a browser. */
  get available(): boolean {
    return platform.kind === 'desktop';
  },
  /** Runs a command of the desktop. Rejects with a `Failure`; in a browser at once. */
  async call<C extends HostCommandName>(cmd: C, ...[payload]: HostInput<C>): Promise<HostCommands[C]['answer']> {
    try {
      if (platform.kind !== 'desktop')
        throw new PlatformError('unknown_command', 'Only the desktop window can do that.');
      return (await platform.rpc(cmd, payload ?? {})) as HostCommands[C]['answer'];
    } catch (thrown) {
      throw asFailure(thrown);
    }
  },
};
