/** Rows for the gallery and the tests: made from their number, so that any of them can be made alone. */

import type { RowSource } from '../shared';

export interface Sample {
  readonly id: string;
  readonly time: string;
  readonly method: string;
  readonly target: string;
  readonly status: number;
  readonly ms: string;
}

const TARGETS = [
  '/v1/oauth/authorize',
  '/v1/oauth/token',
  '/clinical/v1/biomarkers',
  '/payments/v1/invoices',
  '/v1/oauth/revoke',
];

export function sample(number: number): Sample {
  const at = new Date(Date.UTC(2026, 4, 22, 9) + number * 1370);
  return {
    id: `exchange_${String(number).padStart(6, '0')}`,
    time: at.toISOString().slice(11, 23),
    method: number % 3 ? 'GET' : 'POST',
    target: TARGETS[number % TARGETS.length] ?? '',
    status: number % 11 === 0 ? 401 : number % 17 === 0 ? 500 : 200,
    ms: `${((number * 7) % 90) / 10} ms`,
  };
}

/** A source whose length can be changed. `delay` in milliseconds. */
export function samples(total: () => number, delay = 0, dropped: () => number = () => 0): RowSource<Sample> {
  return {
    get total() {
      return total();
    },
    get dropped() {
      return dropped();
    },
    async load(start, count) {
      const first = start + dropped();
      if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
      return Array.from({ length: count }, (_, index) => sample(first + index));
    },
    key: (row) => row.id,
    placeOf: async (key) => Number(key.slice('exchange_'.length)) - dropped(),
  };
}
