/** Copying with its word in the strip. */

import { host } from './host';
import { notify } from './notices.svelte';

/** Copies and says so: `copy('http://127.0.0.1:9400', 'Base URL')`. */
export async function copy(text: string, what: string): Promise<boolean> {
  try {
    await host.copyText(text);
    notify('good', `${what} copied.`);
    return true;
  } catch {
    notify('bad', `${what} could not be copied: the clipboard is not available here.`);
    return false;
  }
}
