/** What a mistake, or a hand, changed in a request: beside the same request as it would be without it. */

import type { Parameter, PlannedRequest } from '../../../rpc';

interface Row {
  readonly parameter: Parameter;
  readonly change: 'same' | 'changed' | 'added' | 'left out';
  /** What it would have been. */
  readonly was: string | null;
}

export interface Changes {
  readonly rows: readonly Row[];
  /** What is different and is no parameter: `POST instead of GET`. */
  readonly others: readonly string[];
}

/** A parameter that comes twice is told by its place among those of its name. */
function keyed(parameters: readonly Parameter[]): Map<string, Parameter> {
  const seen = new Map<string, number>();
  return new Map(
    parameters.map((one) => {
      const name = `${one.place} ${one.name.toLowerCase()}`;
      const place = seen.get(name) ?? 0;
      seen.set(name, place + 1);
      return [`${name} ${place}`, one];
    }),
  );
}

const addressOf = (url: string) => url.split('?')[0] ?? url;

export function changes(request: PlannedRequest, plain: PlannedRequest | undefined): Changes {
  if (!plain)
    return { rows: request.parameters.map((parameter) => ({ parameter, change: 'same', was: null })), others: [] };
  const [now, before] = [keyed(request.parameters), keyed(plain.parameters)];
  const rows = [...now].map(([key, parameter]): Row => {
    const was = before.get(key);
    if (!was) return { parameter, change: 'added', was: null };
    if (was.value !== parameter.value) return { parameter, change: 'changed', was: was.value };
    return { parameter, change: 'same', was: null };
  });
  for (const [key, parameter] of before)
    if (!now.has(key)) rows.push({ parameter, change: 'left out', was: parameter.value });
  const others: string[] = [];
  if (request.method !== plain.method) others.push(`\`${request.method}\` instead of \`${plain.method}\``);
  if (addressOf(request.url) !== addressOf(plain.url))
    others.push(`\`${addressOf(request.url)}\` instead of \`${addressOf(plain.url)}\``);
  const told = new Set([...request.parameters, ...plain.parameters].map(({ name }) => name.toLowerCase()));
  const headers = (of: PlannedRequest) =>
    new Map(of.headers.map(({ name, value }) => [name.toLowerCase(), { name, value }]));
  const [sent, unchanged] = [headers(request), headers(plain)];
  for (const key of new Set([...sent.keys(), ...unchanged.keys()])) {
    const [here, there] = [sent.get(key), unchanged.get(key)];
    if (told.has(key) || key === 'content-length' || here?.value === there?.value) continue;
    others.push(
      `the header \`${(here ?? there)?.name ?? key}\`: \`${here?.value ?? 'none'}\` instead of \`${there?.value ?? 'none'}\``,
    );
  }
  return { rows, others };
}

/** In words, for a sentence: ``changed `code_verifier`; left out `state` ``. */
export function changeWords({ rows, others }: Changes): string {
  const named = (change: Row['change']) => {
    const names = rows.filter((row) => row.change === change).map(({ parameter }) => `\`${parameter.name}\``);
    return names.length > 0 ? [`${change} ${names.join(', ')}`] : [];
  };
  return [...named('changed'), ...named('added'), ...named('left out'), ...others].join('; ');
}
