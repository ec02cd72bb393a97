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

/** `{{refresh_token}}` and `[refresh_token 1a2b3c4d]`: the same credential, by its name and by its mark. */
const nameOf = (value: string) => /^(?:\{\{(\w+)\}\}|\[(\w+) [0-9a-f]{8}\])$/.exec(value)?.slice(1).find(Boolean);
const isSame = (one: string, other: string) =>
  one === other || (nameOf(one) !== undefined && nameOf(one) === nameOf(other));

/** Whether the same goes out before it, in the same step. */
function comesTwice(request: PlannedRequest, beside: readonly PlannedRequest[]): boolean {
  const of = (one: PlannedRequest) => keyed(one.parameters);
  return beside.some((one) => {
    if (one === request || one.method !== request.method || one.url !== request.url) return false;
    const [here, there] = [of(request), of(one)];
    return (
      here.size > 0 &&
      here.size === there.size &&
      [...here].every(([key, { value }]) => isSame(value, there.get(key)?.value ?? ''))
    );
  });
}

const addressOf = (url: string) => url.split('?')[0] ?? url;

/** `beside` are all requests that the step has as it is planned. */
export function changes(
  request: PlannedRequest,
  plain: PlannedRequest | undefined,
  beside: readonly PlannedRequest[] = [],
): Changes {
  if (!plain)
    return { rows: request.parameters.map((parameter) => ({ parameter, change: 'same', was: null })), others: [] };
  const [now, before] = [keyed(request.parameters), keyed(plain.parameters)];
  const twice = comesTwice(request, beside);
  const rows = [...now].map(([key, parameter]): Row => {
    const was = before.get(key);
    if (!was) return { parameter, change: 'added', was: null };
    // The slip is that it comes again, not what it is.
    if (twice && isSame(was.value, parameter.value))
      return { parameter: { ...parameter, tampered: false }, change: 'same', was: null };
    if (was.value !== parameter.value) return { parameter, change: 'changed', was: was.value };
    return { parameter, change: 'same', was: null };
  });
  for (const [key, parameter] of before)
    if (!now.has(key)) rows.push({ parameter, change: 'left out', was: parameter.value });
  const others: string[] = [];
  if (twice) others.push('the same request is sent a second time');
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
