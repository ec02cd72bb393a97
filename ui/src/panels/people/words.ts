/** Numbers, days and names as the panel writes them. */

/** `Oct 12, 2026`, in UTC. */
export function day(at: string | number): string {
  return new Date(at).toLocaleDateString('en', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
}

/** `Oct 12, 2026, 14:05`, in UTC. */
export function dayAndTime(at: string | number): string {
  return `${day(at)}, ${new Date(at).toISOString().slice(11, 16)}`;
}

/** At most so many figures after the point, and none that say nothing. */
export function figure(value: number, decimals = 2): string {
  return Number(value.toFixed(decimals)).toLocaleString('en', { maximumFractionDigits: decimals });
}

/** `1 app`, `3 apps`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** `Heart rate variability` of `heart_rate_variability`. */
export function spelled(word: string): string {
  const text = word.replaceAll(/[_-]/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const PROVIDERS: Record<string, string> = {
  apple_health_kit: 'Apple Health',
  google_fit: 'Google Fit',
  oura: 'Oura',
  whoop: 'WHOOP',
  eight_sleep: 'Eight Sleep',
  dexcom: 'Dexcom',
  freestyle_libre: 'FreeStyle Libre',
  garmin: 'Garmin',
  scale: 'a scale',
  check_in: 'a check-in',
  manual: 'typed in',
};
export const provider = (word: string): string => PROVIDERS[word] ?? spelled(word);

/** The number that somebody wrote, with a point or a comma; null when it is none. */
export function number(text: string): number | null {
  const value = Number(text.trim().replace(',', '.'));
  return text.trim() !== '' && Number.isFinite(value) ? value : null;
}

/** One entry a line, without the empty ones. */
export function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}
