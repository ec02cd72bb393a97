/** Taking exchanges away: as something that can be run, and as a file. */

import { mutate, type CopyFormat, type ExportedTraffic, type ExportTraffic } from '../../rpc';
import { host, notify } from '../../shared';
import { copyAs } from '../../wire/copy-as';
import { kindName } from '../../wire/message/markers';
import { counted } from '../../wire/words';

/** Copies a request as something that can be run, and says what is missing in it. */
export function copyRequest(exchange: string, format: CopyFormat, withCredentials = false): Promise<void> {
  return copyAs(
    (form, all) => mutate('traffic_copy_as', { exchange, format: form, with_credentials: all }),
    format,
    withCredentials,
  );
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
