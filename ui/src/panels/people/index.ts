import Icon from '@lucide/svelte/icons/users';
import { go, href } from '../../shared';
import { definePanel } from '../panel';
import { asks } from './asks.svelte';

export default definePanel({
  id: 'people',
  title: 'People',
  icon: Icon,
  load: () => import('./People.svelte'),
  actions: {
    'people.new': {
      run: () => {
        go(href('people'));
        asks.newPersona = true;
      },
    },
  },
});
