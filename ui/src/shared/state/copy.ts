/** Copying with its word in the strip. */

import { host } from './host';
import { notify } from './notices.svelte';

/** Copies and says so: `copy('http://127.0.0.1:9400', 'Base URL')`. A `secret` stays out of clipboard histories, where it can. */
export async function copy(text: string, what: string, { secret = false } = {}): Promise<boolean> {
  try {
    await host.copyText(text, secret);
    notify('good', `${what} copied.`);
    return true;
  } catch {
    notify('bad', `${what} could not be copied: the clipboard is not available here.`);
    return false;
  }
}
