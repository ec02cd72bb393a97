/** Who may see a persona's data: what disconnecting an app stops, and where to see what led to an alert. */

import { asFailure, call, mutate, type ConnectedApp, type GrantedScope, type Person } from '../../../rpc';
import { confirm, go, href, notify, notifyFailure } from '../../../shared';

export interface ScopeGroup {
  readonly title: string;
  readonly phi: boolean;
  readonly scopes: readonly GrantedScope[];
}

/** As the consent page groups them: health data first, since it matters most. */
export function grouped(scopes: readonly GrantedScope[]): ScopeGroup[] {
  const kindOf = (scope: GrantedScope) =>
    scope.phi
      ? 'Health data'
      : !scope.name.includes(':')
        ? 'Sign-in'
        : /account|connected_apps/.test(scope.name)
          ? 'Account'
          : 'Other';
  return ['Health data', 'Account', 'Other', 'Sign-in']
    .map((title) => ({
      title,
      phi: title === 'Health data',
      scopes: scopes.filter((scope) => kindOf(scope) === title),
    }))
    .filter((group) => group.scopes.length > 0);
}

/** What the person agreed to, or the scope's name when it has no text. */
export const inWords = (scope: GrantedScope): string => scope.consent || scope.name;

const FEW = 4;

/** Asks, and takes the access back. True when it was taken back. */
export async function disconnect(person: Person, app: ConnectedApp): Promise<boolean> {
  const able = grouped(app.scopes).flatMap((group) => group.scopes.map(inWords));
  const rest = able.length - FEW;
  const done = await confirm({
    title: `Disconnect ${app.client_name}?`,
    description: `${app.client_name} can then no longer, for ${person.name}:`,
    happens: [
      ...able.slice(0, rest > 1 ? FEW : able.length),
      ...(rest > 1 ? [`… and ${rest} more`] : []),
      'Its access and refresh tokens stop working at once: the next call gets 401, the next refresh invalid_grant',
    ],
    stays: [
      'What the app has read already is in its own hands',
      `${person.name}’s data here, and every other app`,
      'Connecting again asks for consent as the first time',
    ],
    confirmLabel: 'Disconnect',
    danger: true,
    run: () => mutate('grants_revoke', { grant_id: app.grant_id }),
  });
  if (done) notify('good', `${app.client_name} was disconnected from ${person.name}. Its tokens are dead.`);
  return done;
}

/** Opens the exchange that brought about what the journal says of `subject`, with its whole trace in sight. */
export async function openCause(subject: string, trace: string): Promise<void> {
  try {
    const said = await call('journal_list', { subject, limit: 10 });
    let exchange = said.entries.find((entry) => entry.exchange !== null)?.exchange ?? null;
    if (exchange === null) {
      const whole = await call('trace_get', { trace });
      exchange = whole.exchanges.at(-1)?.id ?? null;
    }
    if (exchange) go(href('traffic', exchange, { tab: 'trace' }));
    else notify('note', 'No request led to this, or it is no longer kept.');
  } catch (thrown) {
    notifyFailure('What led to it could not be found', asFailure(thrown));
  }
}
