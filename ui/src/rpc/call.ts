/** A command by its name, with the types of the one list. */

import { platform } from '../platform';
import { asFailure } from './errors';
import type { CommandName, Commands } from './generated/commands';

export type Request<C extends CommandName> = Commands[C]['request'];
export type Answer<C extends CommandName> = Commands[C]['answer'];

/** What follows the name: nothing at all for a command that takes nothing. */
export type Input<C extends CommandName> =
  Record<string, never> extends Request<C> ? [payload?: Request<C>] : [payload: Request<C>];

/** Runs a command. Rejects with a {@link import('./errors').Failure}. */
export async function call<C extends CommandName>(cmd: C, ...[payload]: Input<C>): Promise<Answer<C>> {
  try {
    return (await platform.rpc(cmd, payload ?? {})) as Answer<C>;
  } catch (thrown) {
    throw asFailure(thrown);
  }
}
