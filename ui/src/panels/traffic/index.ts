import Icon from '@lucide/svelte/icons/arrow-right-left';
import { definePanel } from '../panel';

export default definePanel({
  id: 'traffic',
  title: 'Traffic',
  icon: Icon,
  load: () => import('./Traffic.svelte'),
  actions: {},
});
