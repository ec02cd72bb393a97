/** The open panel, for the actions of the frame: they are known before the panel's code is loaded. */

import type { ActionId } from '../../rpc/generated/actions';
import type { Handler } from '../panel';
import type { Simulator } from './simulator.svelte';

/** What is done with the open panel. A walk is also begun from elsewhere. */
export type WalkAction = Exclude<Extract<ActionId, `simulator.${string}`>, 'simulator.new'>;

/** How each of them is carried out, and why it can't be now. */
export type Doings = Readonly<Record<WalkAction, Required<Handler>>>;

let now = $state.raw<{ readonly simulator: Simulator; readonly doings: Doings } | null>(null);

export const here = {
  get open(): Simulator | null {
    return now?.simulator ?? null;
  },
  get doings(): Doings | null {
    return now?.doings ?? null;
  },
};

/** Says that the panel is open, until the returned function is called. */
export function enter(simulator: Simulator, doings: Doings): () => void {
  const entered = { simulator, doings };
  now = entered;
  return () => {
    if (now === entered) now = null;
  };
}
