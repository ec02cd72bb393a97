/** Taking exchanges away: as something that can be run, and as a file. */

import { asFailure, mutate, type CopyFormat, type ExportedTraffic, type ExportTraffic } from '../../rpc';
import { host, notify, notifyFailure } from '../../shared';
import { kindName } from './message/markers';
import { counted } from './words';

export const FORMS: readonly { readonly value: CopyFormat; readonly label: string }[] = [
  { value: 'curl', label: 'cURL' },
  { value: 'httpie', label: 'HTTPie' },
  { value: 'fetch', label: 'fetch' },
  { value: 'python', label: 'Python' },
];

/** Copies a request as something that can be run, and says what is missing in it. */
export async function copyRequest(exchange: string, format: CopyFormat, withCredentials = false): Promise<void> {
  const name = FORMS.find(({ value }) => value === format)?.label ?? format;
  try {
    const { text, masked } = await mutate('traffic_copy_as', { exchange, format, with_credentials: withCredentials });
    await host.copyText(text);
    if (masked === 0) notify('good', `Copied as ${name}${withCredentials ? ', credentials included' : ''}.`);
    else if (withCredentials)
      notify('warn', `Copied as ${name}; ${counted(masked, 'credential')} could not be put back.`);
    else {
      notify('good', `Copied as ${name}; a marker stands for ${counted(masked, 'credential')}.`, {
        label: 'Copy with credentials',
        run: () => void copyRequest(exchange, format, true),
      });
    }
  } catch (thrown) {
    notifyFailure(`Copying as ${name}`, asFailure(thrown));
  }
}

/** Writes exchanges to a file of the person's choice; null when they changed their mind. Rejects with a `Failure`. */
export async function saveHar(what: ExportTraffic): Promise<ExportedTraffic | null> {
  const exported = await mutate('traffic_export', what);
  const content = `${JSON.stringify(exported.har, null, 1)}\n`;
  const where = await host.saveFile({ name: exported.file_name, content, type: 'application/json' });
  if (where === null) return null;
  notify('good', `Saved: ${where}. ${said(exported)}`);
  return exported;
}

/** `12 exchanges; 3 access tokens and 1 cookie were replaced.` */
export function said({ exchanges, left_out, redacted, lost }: ExportedTraffic): string {
  const kinds = redacted.slice(0, 3).map(({ what, places }) => counted(places, kindName(what)));
  const more = redacted.length > 3 ? ' and more' : '';
  return [
    `${counted(exchanges, 'exchange')}`,
    left_out > 0 ? `${left_out} left out that were no requests` : '',
    kinds.length > 0 ? `${kinds.join(', ')}${more} replaced by placeholders` : '',
    lost > 0 ? `${counted(lost, 'credential')} could not be put back` : '',
  ]
    .filter(Boolean)
    .join('; ')
    .concat('.');
}
