import Icon from '@lucide/svelte/icons/house';
import { definePanel } from '../panel';

export default definePanel({
  id: 'home',
  title: 'Home',
  icon: Icon,
  load: () => import('./Home.svelte'),
  actions: {},
});
