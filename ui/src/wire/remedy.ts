/** A fix that the console can carry out: a command with its payload, what it changed, and the way back. */

import { call, mutate, type CommandName, type Input } from '../rpc';
import { COMMANDS } from '../rpc';

export interface Remedy {
  readonly command: CommandName;
  readonly payload: Readonly<Record<string, unknown>>;
  /** What the button says. */
  readonly label: string;
}

/** One thing that a fix changed. */
export interface Change {
  readonly field: string;
  /** For lists. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** For single values, as text. */
  readonly before: string | null;
  readonly after: string | null;
}

export interface Mended {
  readonly changes: readonly Change[];
  /** Undoes it; null where there is no way back. */
  readonly undo: Remedy | null;
}

/** The remedy of an explanation, if it is one that this console knows how to carry out. */
export function remedyOf(value: unknown): Remedy | null {
  if (typeof value !== 'object' || value === null) return null;
  const { command, payload, label } = value as Partial<Record<string, unknown>>;
  if (typeof command !== 'string' || !Object.hasOwn(COMMANDS, command)) return null;
  if (typeof payload !== 'object' || payload === null) return null;
  return {
    command: command as CommandName,
    payload: payload as Record<string, unknown>,
    label: typeof label === 'string' && label ? label : 'Fix it',
  };
}

const run = (command: CommandName, payload: unknown): Promise<unknown> =>
  mutate(command, ...([payload] as unknown as Input<CommandName>));

/** Carries a remedy out. Rejects with a `Failure`. */
export async function mend(remedy: Remedy): Promise<Mended> {
  const before = await subject(remedy);
  const payload = merged(remedy, before);
  await run(remedy.command, payload);
  const after = await subject(remedy);
  return { changes: changes(before, after), undo: undoOf(remedy, payload, before) };
}

type Values = Readonly<Record<string, unknown>>;

/** What the remedy is about, as it is now. */
async function subject({ command, payload }: Remedy): Promise<Values> {
  if (command.startsWith('apps_') && typeof payload['client_id'] === 'string') {
    return (await call('apps_get', { client_id: payload['client_id'] })) as unknown as Values;
  }
  if (command === 'settings_update') return (await call('settings_get')).settings as unknown as Values;
  return {};
}

/**
 * The payload was made when the request was refused: a list in it that has grown since must not shrink again, so what
 * the remedy adds is added to the list as it is now.
 */
export function merged({ command, payload }: Remedy, now: Values): Values {
  if (command !== 'apps_update') return payload;
  return Object.fromEntries(
    Object.entries(payload).map(([field, value]) => {
      const there = now[field];
      if (!Array.isArray(value) || !Array.isArray(there)) return [field, value];
      return [field, [...there, ...value.filter((one) => !there.includes(one))]];
    }),
  );
}

/** Fields that change by themselves. */
const ASIDE = new Set(['updated_at', 'last_used_at', 'secrets']);

export function changes(before: Values, after: Values): Change[] {
  return Object.keys(after).flatMap((field): Change[] => {
    const [old, next] = [before[field], after[field]];
    if (ASIDE.has(field) || JSON.stringify(old) === JSON.stringify(next)) return [];
    if (Array.isArray(old) && Array.isArray(next)) {
      const [was, is] = [old.map(String), next.map(String)];
      return [
        {
          field,
          added: is.filter((one) => !was.includes(one)),
          removed: was.filter((one) => !is.includes(one)),
          before: null,
          after: null,
        },
      ];
    }
    return [{ field, added: [], removed: [], before: text(old), after: text(next) }];
  });
}

function text(value: unknown): string {
  if (value === true) return 'on';
  if (value === false) return 'off';
  if (value === null || value === undefined) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function undoOf({ command, payload }: Remedy, sent: Values, before: Values): Remedy | null {
  const label = 'Undo';
  const id = payload['client_id'];
  switch (command) {
    case 'apps_enable':
      return before['enabled'] === false ? { command: 'apps_disable', payload: { client_id: id }, label } : null;
    case 'apps_set_baa':
      return { command, payload: { client_id: id, baa_status: before['baa_status'] }, label };
    case 'apps_update':
    case 'settings_update': {
      const old = Object.keys(sent)
        .filter((field) => field !== 'client_id' && field in before)
        .map((field) => [field, before[field]] as const);
      if (old.length === 0) return null;
      return {
        command,
        payload: { ...(id === undefined ? {} : { client_id: id }), ...Object.fromEntries(old) },
        label,
      };
    }
    default:
      return null;
  }
}

/** Takes a fix back. What it says is exact, so nothing is merged. */
export async function takeBack(undo: Remedy): Promise<void> {
  await run(undo.command, undo.payload);
}
