import Icon from '@lucide/svelte/icons/app-window';
import { definePanel } from '../panel';

export default definePanel({
  id: 'apps',
  title: 'Apps',
  icon: Icon,
  load: () => import('./Apps.svelte'),
  actions: {},
});
