import Icon from '@lucide/svelte/icons/users';
import { definePanel } from '../panel';

export default definePanel({
  id: 'people',
  title: 'People',
  icon: Icon,
  load: () => import('./People.svelte'),
  actions: {},
});
