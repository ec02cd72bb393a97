/**
 * From a session's setup to a change of it, without loss. A session shows its setup complete (`WalkConfig`); a change
 * (`WalkSetup`) has only what is different, calls the client id `app`, and takes an empty text for "none".
 */

import type { WalkCall, WalkConfig, WalkSetup } from '../../../rpc';

/** Whether the scopes open the call; null for one that nobody knows: it fits wherever it was put. */
function opens(calls: readonly WalkCall[], call: string, scopes: readonly string[]): boolean | null {
  const known = calls.find((one) => one.call === call);
  if (!known) return null;
  return known.scope === null || scopes.includes(known.scope);
}

/**
 * Other scopes. The sandbox then chooses calls that fit them; what was chosen before, "none" as well, is said again where
 * it still fits.
 */
export function otherScopes(setup: WalkConfig, calls: readonly WalkCall[], scopes: string[]): WalkSetup {
  /** None was chosen, although there were some. */
  const none = (inside: boolean) =>
    calls.some(({ scope }) => scope !== null && setup.scopes.includes(scope) === inside);
  const { call, outside_call } = setup;
  const change: WalkSetup = { scopes };
  if (call === null ? none(true) : opens(calls, call, scopes) !== false) change.call = call ?? '';
  if (outside_call === null ? none(false) : opens(calls, outside_call, scopes) !== true)
    change.outside_call = outside_call ?? '';
  return change;
}

interface Option {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

/** The options with what is chosen among them, even where nobody offers it any more. */
export function withChosen(options: readonly Option[], chosen: string | null, hint: string): readonly Option[] {
  if (!chosen || options.some(({ value }) => value === chosen)) return options;
  return [...options, { value: chosen, label: chosen, hint }];
}
