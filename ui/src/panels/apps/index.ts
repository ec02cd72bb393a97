import Icon from '@lucide/svelte/icons/app-window';
import { go, href } from '../../shared';
import { definePanel } from '../panel';

export default definePanel({
  id: 'apps',
  title: 'Apps',
  icon: Icon,
  load: () => import('./Apps.svelte'),
  actions: {
    'world.copy_env': { run: async () => (await import('./ready/env')).copyDemoEnv() },
    'apps.new': { run: () => go(href('apps', 'new')) },
  },
});
