/** The log view: which records are wanted, following them, and what is copied. */

import { query, type LogLevel, type LogLine } from '../../rpc';
import { pref } from '../../shared';

/** How often new records are looked for while they are followed, in milliseconds. */
const EVERY = 1000;
const STEP = 200;
/** The most the sandbox gives at once. */
const MOST = 1000;

export const LEVELS: readonly { value: LogLevel; label: string; hint: string }[] = [
  { value: 'error', label: 'Errors', hint: 'Something failed' },
  { value: 'warn', label: 'Warnings', hint: 'Something is not as it should be, and errors' },
  { value: 'info', label: 'Info', hint: 'What is worth knowing, warnings and errors' },
  {
    value: 'trace',
    label: 'All',
    hint: 'Whatever is written; debug lines only when the program was started with them',
  },
];

export interface Field {
  readonly name: string;
  /** `9400`, `"no space"`. */
  readonly text: string;
  /** The exchange that the line is about, to be opened. */
  readonly exchange: string | null;
}

/** Members beyond the message, by name: `error`, `port`. */
export function fieldsOf(line: LogLine): Field[] {
  const fields = (line.fields ?? {}) as Record<string, unknown>;
  return Object.entries(fields)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, value]) => ({
      name,
      text: typeof value === 'string' && !/[\s"=]/.test(value) ? value : JSON.stringify(value),
      exchange: name === 'exchange' && typeof value === 'string' ? value : null,
    }));
}

/** One record as one line of text. */
export function asText(line: LogLine): string {
  return [
    line.at,
    line.level.toUpperCase().padEnd(5),
    line.target,
    line.message,
    ...fieldsOf(line).map(({ name, text }) => `${name}=${text}`),
  ]
    .filter(Boolean)
    .join(' ');
}

/** Made once by the view. */
export class Logs {
  readonly level = pref<LogLevel>('logs.level', 'info', (value) => LEVELS.some((one) => one.value === value));
  text = $state('');
  /** New records are shown as they come, and the end stays in sight. */
  following = $state(true);
  #limit = $state(STEP);

  readonly found = query(
    'logs_list',
    () => ({ level: this.level.value, text: this.text.trim() || null, limit: this.#limit }),
    { keepPrevious: true },
  );
  /** Oldest first, as they were written. */
  readonly lines = $derived<readonly LogLine[]>(this.found.data?.lines.toReversed() ?? []);
  readonly more = $derived(this.found.data?.more === true);
  /** More of them than are shown at most. */
  readonly full = $derived(this.#limit >= MOST);

  older(): void {
    this.#limit = Math.min(MOST, this.#limit + STEP);
  }

  /** Looks for new records until the returned function is called. */
  watch(): () => void {
    const timer = setInterval(() => {
      if (this.following && !document.hidden) this.found.refresh();
    }, EVERY);
    return () => clearInterval(timer);
  }
}
