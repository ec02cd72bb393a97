/** The world bar's doings: clock, clearing, resetting. */

import { asFailure, call, mutate } from '../rpc';
import { confirm, notify, notifyFailure, relative, utc } from '../shared';

const SECOND = 1;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A length of time in words: "1 hour", "30 days". */
export function inWords(seconds: number): string {
  for (const [unit, length] of [
    ['day', DAY],
    ['hour', HOUR],
    ['minute', MINUTE],
  ] as const) {
    if (seconds >= length && seconds % length === 0) {
      const count = seconds / length;
      return `${count} ${unit}${count === 1 ? '' : 's'}`;
    }
  }
  return `${seconds} second${seconds === 1 ? '' : 's'}`;
}

/** Moves the clock and says what fell due. */
export async function advance(seconds: number): Promise<void> {
  try {
    const done = await mutate('clock_advance', { seconds });
    const due =
      done.due_count === 0
        ? 'Nothing fell due.'
        : `${done.due_count} ${done.due_count === 1 ? 'thing' : 'things'} fell due.`;
    notify(
      done.cancelled ? 'note' : 'good',
      done.cancelled
        ? `Stopped at ${utc(Date.parse(done.to))}. ${due}`
        : `The clock is ${inWords(seconds)} further. ${due}`,
    );
  } catch (thrown) {
    notifyFailure('The clock did not move', asFailure(thrown));
  }
}

/** Moves the clock to the next due moment. */
export async function advanceToNext(): Promise<void> {
  try {
    const clock = await call('clock_get');
    if (!clock.next_due) {
      notify('note', 'Nothing is due: there is no next moment to go to.');
      return;
    }
    const now = Date.parse(clock.now);
    const seconds = Math.max(1, Math.ceil((Date.parse(clock.next_due) - now) / 1000));
    notify('note', `Going to what falls due ${relative(now + seconds * 1000, now)}…`);
    await advance(seconds);
  } catch (thrown) {
    notifyFailure('The clock did not move', asFailure(thrown));
  }
}

async function doing(what: string, work: () => Promise<unknown>, done?: string): Promise<void> {
  try {
    await work();
    if (done) notify('good', done);
  } catch (thrown) {
    notifyFailure(what, asFailure(thrown));
  }
}

export const pauseClock = () =>
  doing('The clock could not be paused', () => mutate('clock_pause'), 'The clock stands still.');
export const resumeClock = () =>
  doing('The clock could not be resumed', () => mutate('clock_resume'), 'The clock runs on.');
export const cancelAdvance = () => doing('The advance could not be stopped', () => mutate('clock_cancel'));

export async function copyBaseUrl(copy: (text: string, what: string) => Promise<boolean>): Promise<void> {
  await doing('The base URL could not be read', async () => copy((await call('sandbox_status')).platform, 'Base URL'));
}

export async function clearActivity(): Promise<void> {
  const cleared = await confirm({
    title: 'Clear activity?',
    happens: ['All traffic', 'All grants, tokens and codes', 'All sign-in sessions'],
    stays: ['Apps with their ids and secrets', 'Personas and their data', 'Signing keys and settings'],
    confirmLabel: 'Clear activity',
    run: () => mutate('workspace_clear'),
  });
  if (cleared) notify('good', 'Activity cleared. Apps, secrets, personas and keys are as they were.');
}

export async function factoryReset(): Promise<void> {
  const sure = await confirm({
    title: 'Make the world anew?',
    description: 'Everything you made in this workspace will be gone.',
    happens: [
      'Every app you registered, with its secrets',
      'Every persona you made, and all health data',
      'All traffic, grants and tokens',
      'All settings and signing keys',
    ],
    stays: ['Ids and secrets of the demo apps: their .env files go on working'],
    confirmLabel: 'Go on…',
    danger: true,
  });
  if (!sure) return;
  const reset = await confirm({
    title: 'Factory reset',
    description: 'There is no way back.',
    confirmLabel: 'Make the world anew',
    danger: true,
    typed: 'factory reset',
    run: () => mutate('workspace_factory_reset', { confirm: 'factory reset' }),
  });
  if (reset) notify('good', 'The world is new. The demo apps kept their ids and secrets.');
}
