/** The panel at an address, with actions carried out as the frame does. */

import { render } from '@testing-library/svelte';
import { sandbox } from '../../../../tests/sandbox';
import { forgetAnswers, startChanges } from '../../../rpc';
import { go, host } from '../../../shared';
import { startRoute } from '../../../shared/state/route.svelte';
import PanelAt from './PanelAt.svelte';

let stops: (() => void)[] = [];
/** Actions that were carried out, by id. */
export const acted: string[] = [];

/** Before each test. */
export function begin(): void {
  forgetAnswers();
  acted.length = 0;
  host.act = async (id) => {
    acted.push(id);
    const actions = (await import('../index')).default.actions as Record<string, { run(): void | Promise<void> }>;
    await actions[id]?.run();
  };
}

/** After each test. */
export function end(): void {
  for (const stop of stops.reverse()) stop();
  stops = [];
}

/** Until the test is over. */
export const until = (stop: () => void) => void stops.push(stop);

export function open(hash = '#/simulator') {
  go(hash);
  stops.push(startRoute(), startChanges());
  return render(PanelAt);
}

/** What was sent with a command, so far. */
export const sent = (cmd: string) =>
  sandbox.current.calls.filter((one) => one.cmd === cmd).map(({ payload }) => payload);
