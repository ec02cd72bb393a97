/** The console begins: appearance first, so that nothing flashes, then the frame. */

import { mount } from 'svelte';
import './shared/styles/index.css';
import { act, isActionId } from './app/actions';
import { applyAppearance } from './app/appearance.svelte';
import App from './app/App.svelte';
import { platform } from './platform';
import { startChanges } from './rpc';
import { provideHost } from './shared/state/host';
import { startRoute } from './shared/state/route.svelte';

provideHost({
  copyText: (text, secret) => platform.copyText(text, secret),
  openExternal: (url) => platform.openExternal(url),
  saveFile: (file) => platform.saveFile(file),
  pickFile: (accept) => platform.pickFile(accept),
  act: async (id) => {
    if (isActionId(id)) await act(id);
  },
});
applyAppearance();
startRoute({ goesOn: platform.kind === 'desktop' });
startChanges();

const target = document.getElementById('app');
if (!target) throw new Error('the page has no place for the console');
mount(App, { target });
