import Icon from '@lucide/svelte/icons/arrow-right-left';
import { definePanel } from '../panel';
import { here } from './here.svelte';

const OPEN_FIRST = 'Open Traffic first.';
const CHOOSE_FIRST = 'Choose an exchange first.';

/** Why nothing can be done with an exchange: none is chosen. */
const unchosen = (): string | null => (here.open ? (here.open.chosenCount > 0 ? null : CHOOSE_FIRST) : OPEN_FIRST);

export default definePanel({
  id: 'traffic',
  title: 'Traffic',
  icon: Icon,
  load: () => import('./Traffic.svelte'),
  actions: {
    'traffic.pause': {
      run: () => here.open?.pause(),
      unavailable: () => (here.open ? (here.open.paused ? 'The list is paused already.' : null) : OPEN_FIRST),
    },
    'traffic.resume': {
      run: () => here.open?.resume(),
      unavailable: () => (here.open ? (here.open.paused ? null : 'The list is not paused.') : OPEN_FIRST),
    },
    'traffic.pin': { run: () => here.open?.pin(), unavailable: unchosen },
    'traffic.compare': { run: () => here.open?.compare(), unavailable: unchosen },
    'traffic.copy_curl': { run: () => here.open?.copyAs('curl'), unavailable: unchosen },
    'traffic.export_har': { run: () => here.open?.exportHar(), unavailable: () => (here.open ? null : OPEN_FIRST) },
  },
});
