import Icon from '@lucide/svelte/icons/settings';
import { desktop } from '../../rpc';
import { go, href } from '../../shared';
import { definePanel } from '../panel';

const workspaces = {
  run: () => go(href('settings', 'workspaces')),
  unavailable: () => (desktop.available ? null : 'Only in the desktop window.'),
};

export default definePanel({
  id: 'settings',
  title: 'Settings',
  icon: Icon,
  load: () => import('./Settings.svelte'),
  actions: { 'workspace.switch': workspaces, 'workspace.new': workspaces },
});
