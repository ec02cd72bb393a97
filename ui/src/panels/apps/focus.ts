/** Where the focus goes when what had it is gone. */

import { tick } from 'svelte';

/** To the app's row, or to the search when there is no such row. */
export async function focusApp(client_id?: string): Promise<void> {
  await tick();
  const row = client_id ? document.querySelector<HTMLElement>(`main [data-app="${CSS.escape(client_id)}"]`) : null;
  (row ?? document.querySelector<HTMLElement>('main input[data-find]'))?.focus();
}
