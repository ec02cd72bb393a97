/** Lab results as the panel shows them: by category, and where the newest value of each lies. */

import type { BiomarkerSeries } from '../../../rpc';

export type Place = 'below' | 'within' | 'above';

const CATEGORIES: Record<string, string> = {
  hormones: 'Hormones',
  lipids: 'Lipids',
  inflammation: 'Inflammation',
  metabolic: 'Metabolic',
  thyroid: 'Thyroid',
  other: 'Other',
};

export interface Category {
  readonly id: string;
  readonly title: string;
  readonly series: readonly BiomarkerSeries[];
  /** How many of them are out of range now. */
  readonly out: number;
}

/** Where a value lies in a range whose ends may be open. */
export function placeOf(value: number, low: number | null, high: number | null): Place {
  if (low !== null && value < low) return 'below';
  if (high !== null && value > high) return 'above';
  return 'within';
}

/** True when the newest result is not normal, as the sandbox judged it. */
export function isOut(series: BiomarkerSeries): boolean {
  const last = series.points.at(-1);
  return last !== undefined && last.status !== 'normal';
}

export function isCritical(series: BiomarkerSeries): boolean {
  return series.points.at(-1)?.status === 'critical';
}

/** In the order of the sandbox, which is that of a report. */
export function byCategory(all: readonly BiomarkerSeries[]): Category[] {
  const groups = new Map<string, BiomarkerSeries[]>();
  for (const series of all) {
    const group = groups.get(series.category);
    if (group) group.push(series);
    else groups.set(series.category, [series]);
  }
  return [...groups].map(([id, series]) => ({
    id,
    title: CATEGORIES[id] ?? id.charAt(0).toUpperCase() + id.slice(1),
    series,
    out: series.filter(isOut).length,
  }));
}

/** `70–99 mg/dL`, `up to 99 mg/dL`, `from 40 mg/dL`; null when no range is known. */
export function range(low: number | null, high: number | null, unit: string): string | null {
  if (low !== null && high !== null) return `${low}–${high} ${unit}`;
  if (high !== null) return `up to ${high} ${unit}`;
  if (low !== null) return `from ${low} ${unit}`;
  return null;
}

/** How the newest value differs from the one before; null for the first. */
export function change(series: BiomarkerSeries): { readonly by: number; readonly since: string } | null {
  const last = series.points.at(-1);
  const before = series.points.at(-2);
  if (!last || !before) return null;
  return { by: Number((last.value - before.value).toPrecision(3)), since: before.at };
}
