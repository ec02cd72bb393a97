import Icon from '@lucide/svelte/icons/footprints';
import { ACTIONS, type ActionId } from '../../rpc/generated/actions';
import { go, href } from '../../shared';
import { definePanel, type Handler } from '../panel';
import { here, type WalkAction } from './here.svelte';

const isOfWalk = (id: ActionId): id is WalkAction => id.startsWith('simulator.') && id !== 'simulator.new';

/** Carried out by the panel, which is loaded when it is first opened. */
const inPanel = (id: WalkAction): Handler => ({
  run: () => here.doings?.[id].run(),
  unavailable: () => (here.doings ? here.doings[id].unavailable() : 'Open the Simulator first.'),
});
const ofWalk = Object.fromEntries(
  ACTIONS.map(({ id }) => id)
    .filter(isOfWalk)
    .map((id) => [id, inPanel(id)]),
) as Record<WalkAction, Handler>;

export default definePanel({
  id: 'simulator',
  title: 'Simulator',
  icon: Icon,
  load: () => import('./Simulator.svelte'),
  actions: {
    'simulator.new': { run: () => go(href('simulator', 'new')) },
    ...ofWalk,
  },
});
