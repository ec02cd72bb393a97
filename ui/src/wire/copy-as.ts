/** A request as something that can be run, on the clipboard. */

import { asFailure, type Copied, type CopyFormat } from '../rpc';
import { host, notify, notifyFailure } from '../shared';
import { counted } from './words';

export const FORMS: readonly { readonly value: CopyFormat; readonly label: string }[] = [
  { value: 'curl', label: 'cURL' },
  { value: 'httpie', label: 'HTTPie' },
  { value: 'fetch', label: 'fetch' },
  { value: 'python', label: 'Python' },
];

/** Gives a request in a form, with its credentials or without. */
export type Write = (format: CopyFormat, withCredentials: boolean) => Promise<Copied>;

/** Copies what `write` gives, and says what is missing in it. */
export async function copyAs(write: Write, format: CopyFormat, withCredentials = false): Promise<void> {
  const name = FORMS.find(({ value }) => value === format)?.label ?? format;
  try {
    const { text, masked } = await write(format, withCredentials);
    await host.copyText(text);
    if (masked === 0) notify('good', `Copied as ${name}${withCredentials ? ', credentials included' : ''}.`);
    else if (withCredentials)
      notify('warn', `Copied as ${name}; ${counted(masked, 'credential')} could not be put back.`);
    else {
      notify('good', `Copied as ${name}; a marker stands for ${counted(masked, 'credential')}.`, {
        label: 'Copy with credentials',
        run: () => void copyAs(write, format, true),
      });
    }
  } catch (thrown) {
    notifyFailure(`Copying as ${name}`, asFailure(thrown));
  }
}
