/** Sandbox time as the console knows it, ticking once a second for whoever shows a distance in time. */

let aheadMs = $state(0);
let frozenAt = $state<number | null>(null);
let wall = $state(Date.now());
let watchers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

export const sandboxTime = {
  /** Milliseconds since the epoch on the sandbox clock. Ticks while something is watched. */
  get now(): number {
    return frozenAt ?? wall + aheadMs;
  },
  /** Milliseconds since the epoch on this computer's clock, ticking as well. */
  get wall(): number {
    return wall;
  },
  get paused(): boolean {
    return frozenAt !== null;
  },
};

/** Told by the frame whenever the sandbox clock is known anew. */
export function setSandboxTime(clock: { readonly now: string; readonly paused: boolean }): void {
  // Against this computer's clock, which need not be the sandbox's: the page may be on another machine. It is read here
  // and not from `wall`: an effect that sets the time must not run again with every tick, and set it back.
  const here = Date.now();
  wall = here;
  aheadMs = Date.parse(clock.now) - here;
  frozenAt = clock.paused ? Date.parse(clock.now) : null;
}

/** Keeps the time ticking until the returned function is called. */
export function watchTime(): () => void {
  watchers += 1;
  wall = Date.now();
  timer ??= setInterval(() => (wall = Date.now()), 1000);
  return () => {
    watchers -= 1;
    if (watchers === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365.25 * 86_400],
  ['month', 30.44 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'long' });

/** A distance in words: "3 minutes ago", "in 2 hours", "now". Both in milliseconds since the epoch. */
export function relative(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000);
  if (Math.abs(seconds) < 5) return 'now';
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return words.format(Math.trunc(seconds / length), unit);
  }
  return words.format(seconds, 'second');
}

/** `2026-05-22 12:34:56 UTC`. */
export function utc(at: number): string {
  if (!Number.isFinite(at)) return 'no time';
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `12:34:56.789`, in UTC, for rows. */
export function timeOfDay(at: number): string {
  return Number.isFinite(at) ? new Date(at).toISOString().slice(11, 23) : '';
}

/** A length of time in words: `850 µs`, `12.3 ms`, `4.2 s`, `3 h 20 min`. In microseconds. */
export function duration(us: number): string {
  if (us < 1000) return `${Math.round(us)} µs`;
  if (us < 1_000_000) return `${(us / 1000).toFixed(us < 10_000 ? 2 : 1)} ms`;
  const seconds = us / 1_000_000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.round(hours / 24)} days`;
}

/** A size: `312 B`, `4.1 KiB`, `2.0 MiB`. */
export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  if (count < 1024 ** 2) return `${(count / 1024).toFixed(1)} KiB`;
  if (count < 1024 ** 3) return `${(count / 1024 ** 2).toFixed(1)} MiB`;
  return `${(count / 1024 ** 3).toFixed(2)} GiB`;
}
