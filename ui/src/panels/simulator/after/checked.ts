/** What was checked in a run, and what came of it: only what happened, and only of the exchange that is selected. */

import type { Explanation, StepRun, WalkExchange } from '../../../rpc';
import { counted } from '../../../wire/words';
import { CHECKED, small } from '../words';

interface Said {
  readonly text: string;
  /** It tells how it came out, not what was looked at. */
  readonly outcome: boolean;
}

export interface Seen {
  readonly run: StepRun;
  /** The one that is selected. */
  readonly exchange: WalkExchange | null;
  /** The target is this sandbox. */
  readonly own: boolean;
  /** A person is waited for. */
  readonly waits: boolean;
  /** What the server says of the exchange. */
  readonly server: Explanation | undefined;
  /** It has not said it yet. */
  readonly awaited: boolean;
}

/** Steps that are there to be refused. */
const TO_BE_REFUSED: readonly string[] = ['reuse', 'after_revoke'];
const ASKED =
  'By the server: which app asks, that the redirect URI is registered, the scopes, and that there is a challenge.';
const AGREED = 'By the server: who the person is, and that they agree.';

/** What this exchange was looked at for, had it been looked at to the end. */
function substance(run: StepRun, exchange: WalkExchange | null): string | null {
  if (run.step === 'sign_in' && exchange) {
    const path = URL.canParse(exchange.url) ? new URL(exchange.url).pathname : exchange.url;
    return path.endsWith('/authorize') ? ASKED : AGREED;
  }
  // The keys of an id_token, another call: beside what the step is about.
  const beside = run.main_exchange !== null && exchange !== null && exchange.exchange !== run.main_exchange;
  return beside ? null : CHECKED[run.step];
}

/** Whether all that the step looks for was looked at. */
function wentThrough(run: StepRun, exchange: WalkExchange | null): boolean {
  if (run.checks.some(({ passed }) => !passed)) return false;
  if (exchange === null) return run.outcome.state === 'done';
  if (exchange.failed !== null || exchange.status === null) return false;
  if (TO_BE_REFUSED.includes(run.step)) return run.agreement?.agrees === true && !run.tamper && !run.edited;
  return exchange.status < 400 && exchange.error === null;
}

function ofServer({ exchange, own, server, awaited }: Seen): string | null {
  if (!exchange) return null;
  if (exchange.failed !== null) return 'What the server checked is not known: it did not answer.';
  if (!own) return 'What the server checked can’t be seen at another target.';
  if (exchange.server !== null && !server) return awaited ? null : 'What the server checked is not kept any more.';
  const which = `of the ${small(exchange.label)}`;
  if (server?.refusal) {
    const { check } = server.refusal;
    const before = server.passed.length;
    return `The server’s check \`${check}\` ${which} failed${
      before > 0 ? `, after ${counted(before, 'check')} that passed` : ''
    }; nothing after it was looked at.`;
  }
  if (!server || server.passed.length === 0) return null;
  return `The server’s ${counted(server.passed.length, 'check')} ${which} passed.`;
}

export function whatWasChecked(seen: Seen): readonly Said[] {
  const { run, exchange, waits } = seen;
  if (waits && !exchange)
    return [{ text: 'Nothing yet that the app knows of: the browser has not come back.', outcome: false }];
  const said: Said[] = [];
  const looked = wentThrough(run, exchange) ? substance(run, exchange) : null;
  if (looked) said.push({ text: looked, outcome: false });
  const failed = run.checks.filter(({ passed }) => !passed);
  if (failed.length > 0) {
    const names = failed.map(({ name }) => `\`${name}\``).join(', ');
    said.push({ text: `The app’s ${failed.length === 1 ? 'check' : 'checks'} ${names} failed.`, outcome: true });
  } else if (run.checks.length > 0)
    said.push({ text: `The app’s own ${counted(run.checks.length, 'check')} passed.`, outcome: true });
  const server = ofServer(seen);
  if (server) said.push({ text: server, outcome: true });
  const comes = exchange !== null && exchange.server !== null && seen.awaited;
  if (said.length === 0 && !comes) said.push({ text: 'Nothing: it did not get so far.', outcome: false });
  return said;
}
