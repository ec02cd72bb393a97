import Icon from '@lucide/svelte/icons/footprints';
import { go, href } from '../../shared';
import { definePanel } from '../panel';
import { here } from './here.svelte';

const OPEN_FIRST = 'Open the Simulator first.';
const BEGIN_FIRST = 'Begin a walk first.';
const unopened = (): string | null => (here.open ? (here.open.has ? null : BEGIN_FIRST) : OPEN_FIRST);

export default definePanel({
  id: 'simulator',
  title: 'Simulator',
  icon: Icon,
  load: () => import('./Simulator.svelte'),
  actions: {
    'simulator.new': { run: () => go(href('simulator', 'new')) },
    'simulator.next': { run: () => here.open?.next(), unavailable: () => (here.open ? here.open.stuck : OPEN_FIRST) },
    'simulator.back': {
      run: () => here.open?.back(),
      unavailable: () => unopened() ?? (here.open?.atStart ? 'This is the first step.' : null),
    },
    'simulator.run_all': {
      run: () => here.open?.runAll(),
      unavailable: () => unopened() ?? (here.open?.finished ? 'Every step is taken. Start the walk again.' : null),
    },
    'simulator.restart': { run: () => here.open?.restart(), unavailable: unopened },
    'simulator.diagram': { run: () => here.open?.showDiagram(), unavailable: unopened },
    'simulator.hand_over': { run: () => here.open?.handOver(), unavailable: unopened },
  },
});
