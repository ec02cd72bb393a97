/** Round numbers for the lines of a chart. */

/** At most `most` round values that span `low` to `high`. */
export function ticks(low: number, high: number, most = 5): number[] {
  if (!(high > low)) return [low];
  const raw = (high - low) / Math.max(1, most - 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step =
    [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw * 0.7) ?? 10 * power;
  const values: number[] = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index += 1) {
    values.push(Number((index * step).toPrecision(12)));
  }
  return values;
}

/** Low and high of values and limits with some air, never below zero when nothing is. */
export function extent(values: readonly number[], limits: readonly (number | null | undefined)[]): [number, number] {
  const all = [...values, ...limits.filter((limit): limit is number => typeof limit === 'number')];
  if (all.length === 0) return [0, 1];
  const low = Math.min(...all);
  const high = Math.max(...all);
  const air = (high - low || Math.abs(high) || 1) * 0.12;
  return [low >= 0 ? Math.max(0, low - air) : low - air, high + air];
}

/** Months or days along the time axis, at most `most`. In milliseconds since the epoch, UTC. */
export function timeTicks(from: number, to: number, most = 6): { at: number; text: string }[] {
  const day = 86_400_000;
  const span = to - from;
  if (span <= 0) return [{ at: from, text: new Date(from).toISOString().slice(0, 10) }];
  if (span > 60 * day) {
    const months: { at: number; text: string }[] = [];
    const start = new Date(from);
    const count = span / (30.44 * day);
    const step = [1, 2, 3, 6, 12, 24, 60].find((candidate) => count / candidate <= most) ?? 120;
    let month =
      Math.ceil((start.getUTCFullYear() * 12 + start.getUTCMonth() + (start.getUTCDate() > 1 ? 1 : 0)) / step) * step;
    for (; ; month += step) {
      const at = Date.UTC(Math.floor(month / 12), month % 12, 1);
      if (at > to) return months;
      months.push({
        at,
        text: new Date(at).toLocaleDateString('en', {
          month: step < 12 ? 'short' : undefined,
          year: step >= 12 || month % 12 === 0 ? 'numeric' : undefined,
          timeZone: 'UTC',
        } as Intl.DateTimeFormatOptions),
      });
    }
  }
  const step = Math.max(1, Math.ceil(span / day / most)) * day;
  const values: { at: number; text: string }[] = [];
  for (let at = Math.ceil(from / day) * day; at <= to; at += step) {
    values.push({
      at,
      text: new Date(at).toLocaleDateString('en', { day: 'numeric', month: 'short', timeZone: 'UTC' }),
    });
  }
  return values;
}
