import Icon from '@lucide/svelte/icons/settings';
import { definePanel } from '../panel';

export default definePanel({
  id: 'settings',
  title: 'Settings',
  icon: Icon,
  load: () => import('./Settings.svelte'),
  actions: {},
});
