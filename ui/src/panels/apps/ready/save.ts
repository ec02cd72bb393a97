/** Writing a file of the app where the person says. */

import { asFailure } from '../../../rpc';
import { host, notify, notifyFailure } from '../../../shared';

/** Saves `text` under the last part of `path`. Says where, or why not; nothing when the person changed their mind. */
export async function save(path: string, text: string, type = 'text/plain'): Promise<void> {
  const name = path.split('/').at(-1) ?? path;
  try {
    const where = await host.saveFile({ name, content: text, type });
    if (where) notify('good', `${name} is saved: ${where}.`);
  } catch (thrown) {
    notifyFailure(`${name} could not be saved`, asFailure(thrown));
  }
}
