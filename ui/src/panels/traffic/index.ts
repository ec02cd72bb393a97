import Icon from '@lucide/svelte/icons/arrow-right-left';
import { definePanel } from '../panel';
import { here } from './here.svelte';

const OPEN_FIRST = 'Open Traffic first.';

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
  },
});
