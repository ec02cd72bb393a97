/**
 * Every action of the registry bound to what it does. The list is made in Rust (`crates/connect-rpc/src/actions`); an
 * action without a handler does not compile.
 */

import { platform } from '../platform';
import { ACTIONS, type Action, type ActionId } from '../rpc/generated/actions';
import { asFailure, desktop } from '../rpc';
import { copy, go, notify, notifyFailure, presenter } from '../shared';
import { returnTo } from '../shared/state/route.svelte';
import { PANELS } from '../panels';
import type { Handler, Handlers } from '../panels/panel';
import { nextTheme, theme, zoom, zoomBy } from './appearance.svelte';
import { focusFind, focusPane } from './panes';
import { open } from './ui.svelte';
import {
  advance,
  advanceToNext,
  cancelAdvance,
  clearActivity,
  copyBaseUrl,
  DAY,
  factoryReset,
  HOUR,
  MINUTE,
  pauseClock,
  resumeClock,
} from './world.svelte';

const to = (panel: string): Handler => ({ run: () => go(returnTo(panel)) });
const does = (run: () => void | Promise<void>): Handler => ({ run });

const FRAME = {
  'app.quit': does(() => platform.window?.close()),
  'workspace.open_folder': does(async () => void (await desktop.call('host_open_folder'))),
  'go.palette': does(() => {
    open.palette = !open.palette;
  }),
  'go.home': to('home'),
  'go.apps': to('apps'),
  'go.people': to('people'),
  'go.simulator': to('simulator'),
  'go.traffic': to('traffic'),
  'go.settings': to('settings'),
  'go.next_pane': does(() => focusPane(1)),
  'go.previous_pane': does(() => focusPane(-1)),
  'go.find': does(() => {
    if (!focusFind()) open.palette = true;
  }),
  'view.theme_next': does(nextTheme),
  'view.theme_system': does(() => void (theme.value = 'system')),
  'view.theme_light': does(() => void (theme.value = 'light')),
  'view.theme_dark': does(() => void (theme.value = 'dark')),
  'view.theme_high_contrast': does(() => void (theme.value = 'contrast')),
  'view.zoom_in': does(() => zoomBy(1)),
  'view.zoom_out': does(() => zoomBy(-1)),
  'view.zoom_reset': does(() => zoom.reset()),
  'view.presenter': does(() => presenter.set(!presenter.on)),
  'world.copy_base_url': does(() => copyBaseUrl(copy)),
  'world.clear': does(clearActivity),
  'world.factory_reset': does(factoryReset),
  'clock.pause': does(pauseClock),
  'clock.resume': does(resumeClock),
  'clock.advance_minute': does(() => advance(MINUTE)),
  'clock.advance_hour': does(() => advance(HOUR)),
  'clock.advance_day': does(() => advance(DAY)),
  'clock.advance_month': does(() => advance(30 * DAY)),
  'clock.advance_next': does(advanceToNext),
  'clock.advance': does(() => {
    open.advance = true;
  }),
  'clock.cancel': does(cancelAdvance),
  'help.shortcuts': does(() => {
    open.shortcuts = true;
  }),
  'help.logs': does(() => {
    open.logs = !open.logs;
  }),
  'help.about': does(() => {
    open.about = true;
  }),
} satisfies Handlers;

/**
 * Actions whose panel does not carry them out yet: they are in no menu. A panel that binds one takes it off this list,
 * which the compiler asks for in both directions.
 */
type Later = never;

type OfPanels = { [P in (typeof PANELS)[number] as P['id']]: keyof P['actions'] }[string];
type Bound = keyof typeof FRAME | OfPanels;
type Unbound = Exclude<ActionId, Bound>;

/** Neither may name an action that the other side misses. */
const everyActionIsBound: [Unbound] extends [Later]
  ? [Later] extends [Unbound]
    ? true
    : Extract<Later, Bound>
  : Exclude<Unbound, Later> = true;
void everyActionIsBound;

const handlers: Handlers = Object.assign({}, FRAME, ...PANELS.map((panel) => panel.actions)) as Handlers;

export interface Doable extends Action {
  readonly id: ActionId;
}

/** The actions that can be carried out, in the order of the menus. */
export const doable: readonly Doable[] = ACTIONS.filter((action) => handlers[action.id]);

export function actionOf(id: ActionId): Doable {
  // Every id is of the registry.
  return ACTIONS.find((action) => action.id === id) as Doable;
}

/** Why an action can't be done here and now; null when it can. */
export function unavailable(id: ActionId): string | null {
  if (actionOf(id).needs === 'desktop' && platform.kind !== 'desktop') return 'Only in the desktop window.';
  return handlers[id]?.unavailable?.() ?? null;
}

/** Does it, or says why not. */
export async function act(id: ActionId): Promise<void> {
  const why = unavailable(id);
  const handler = handlers[id];
  if (!handler || why) {
    notify('note', `${actionOf(id).name}: ${why ?? 'not here.'}`);
    return;
  }
  try {
    await handler.run();
  } catch (thrown) {
    notifyFailure(actionOf(id).name, asFailure(thrown));
  }
}

/** For what comes from outside, such as a native menu. */
export function isActionId(id: string): id is ActionId {
  return ACTIONS.some((action) => action.id === id);
}
