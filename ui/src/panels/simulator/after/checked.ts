/** What was checked in a run, and what came of it: only what happened, and only of the exchange that is selected. */

import type { Explanation, StepRun, WalkExchange } from '../../../rpc';
import { facts } from '../../../wire/notes';
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
const LATER = 'The person is looked at by the requests after it.';
const BEFORE = 'Then that the person is signed in, and has agreed before.';
/** What is looked at on the pages, by what they are for. */
const PAGES: Readonly<Record<string, string>> = {
  'Sign-in': 'By the server: who the person is.',
  Consent: 'By the server: that the person agrees.',
};
const WHO = 'that the app is who it says';
/** An app that has no secret names itself, and shows nothing. */
const NAMES_ITSELF = 'public_client_without_secret';

/** What this exchange was looked at for, had it been looked at to the end. */
function substance(run: StepRun, exchange: WalkExchange | null): string | null {
  if (run.step === 'sign_in' && exchange) {
    const path = URL.canParse(exchange.url) ? new URL(exchange.url).pathname : exchange.url;
    if (!path.endsWith('/authorize')) return PAGES[exchange.label] ?? null;
    return `${ASKED} ${exchange.exchange === run.main_exchange ? BEFORE : LATER}`;
  }
  // The keys of an id_token, another call: beside what the step is about.
  const beside = run.main_exchange !== null && exchange !== null && exchange.exchange !== run.main_exchange;
  return beside ? null : CHECKED[run.step];
}

/** The same of this very exchange: no more than can be known of it. */
function substanceOf({ run, exchange, own, server }: Seen): string | null {
  const text = substance(run, exchange);
  if (text === null) return null;
  // Nobody sees what another target looks at: only what it has to.
  if (!own) return text.replace(/^By the (server|service):/, 'What the $1 has to look at:');
  return server?.passed.includes(NAMES_ITSELF) ? text.replace(WHO, 'which app it says it is') : text;
}

/** What the server saw and does not say in its answer. */
function unsaid(server: Explanation | undefined): string | null {
  const known = new Map(facts(server?.facts ?? []).map(({ name, value }) => [name, value]));
  const because = (name: string) =>
    known.get(name)?.split(';')[0]?.replace(/^its /, 'the token’s ').replace(/^it /, 'the token ');
  const [revoked, inactive] = [because('nothing_revoked_because'), because('inactive_because')];
  if (revoked) return `The server saw that ${revoked}: nothing is revoked, and the answer does not say so.`;
  const ended = Number(known.get('revoked') ?? Number.NaN);
  if (ended === 0) return 'The server saw that the token is this app’s own, and had ended before.';
  if (ended > 0) return `The server saw that the token is this app’s own: it ended ${counted(ended, 'token')}.`;
  return inactive ? `The server saw that ${inactive}: it answers \`active: false\`, and does not say why.` : null;
}

/** The error with which the browser was sent back: a redirect says no as well as an answer does. */
function sentBackWith(run: StepRun): string | null {
  if (run.step !== 'sign_in' || (run.agreement && run.agreement.answered.place !== 'redirect')) return null;
  return run.agreement?.answered.error ?? /with the error `(\w+)`/.exec(run.outcome.words)?.[1] ?? null;
}

/** Whether all that the step looks for was looked at. */
function wentThrough({ run, exchange, server, awaited }: Seen): boolean {
  if (run.checks.some(({ passed }) => !passed)) return false;
  const counts = exchange === null || exchange.exchange === run.main_exchange;
  if (counts && sentBackWith(run) !== null) return false;
  if (exchange === null) return run.outcome.state === 'done';
  // Said once it is known, and of nothing that was refused.
  if (exchange.server !== null && !server && awaited) return false;
  if (server?.refusal && !TO_BE_REFUSED.includes(run.step)) return false;
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
  const looked = wentThrough(seen) ? substanceOf(seen) : null;
  if (looked) said.push({ text: looked, outcome: false });
  const error = sentBackWith(run);
  if (error === 'access_denied')
    said.push({ text: 'The person said no: the server sends the browser back with `access_denied`.', outcome: true });
  else if (error !== null)
    said.push({ text: `The server sends the browser back to the app with \`${error}\`.`, outcome: true });
  const kept = unsaid(seen.server);
  if (kept) said.push({ text: kept, outcome: true });
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
