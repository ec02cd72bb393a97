/** The scope catalogue as a picker needs it. */

import type { AppType, Scope } from '../../../rpc';

export interface ScopeGroup {
  readonly service: string;
  readonly scopes: readonly Scope[];
}

/** What an app of this type can hold: admin scopes for machines, everything else for apps with people. */
export const holdable = (catalogue: readonly Scope[], type: AppType): Scope[] =>
  catalogue.filter((scope) => scope.machine_only === (type === 'm2m'));

/** By service, in the order of the catalogue. */
export function grouped(scopes: readonly Scope[]): ScopeGroup[] {
  const groups = new Map<string, Scope[]>();
  for (const scope of scopes) groups.set(scope.service, [...(groups.get(scope.service) ?? []), scope]);
  return [...groups].map(([service, of]) => ({ service, scopes: of }));
}

/** In the order of the catalogue, so that two ways to the same choice are the same choice. */
export const inOrder = (catalogue: readonly Scope[], names: ReadonlySet<string>): string[] => [
  ...catalogue.map(({ name }) => name).filter((name) => names.has(name)),
  ...[...names].filter((name) => !catalogue.some((scope) => scope.name === name)),
];

/** What the partner guide asks for. */
export const GUIDE = ['openid', 'profile', 'read:biomarkers'] as const;
