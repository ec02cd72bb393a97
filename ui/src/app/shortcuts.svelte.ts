/** Which keys press which action: the registry's, unless the person chose others. */

import { ACTIONS, type ActionId } from '../rpc/generated/actions';
import { pref } from '../shared';
import { canonical, keyPlatform, shown } from './keys';

export const platform = keyPlatform();

/** Chosen keys by action; an empty list means "none, on purpose". */
const chosen = pref<Partial<Record<ActionId, readonly string[]>>>('shortcuts', {});

const defaults = new Map<ActionId, readonly string[]>(ACTIONS.map((action) => [action.id, action.shortcuts[platform]]));

const byKeys = $derived.by(() => {
  const map = new Map<string, ActionId[]>();
  for (const { id } of ACTIONS) {
    for (const keys of keysOf(id)) {
      const spelled = canonical(keys, platform);
      map.set(spelled, [...(map.get(spelled) ?? []), id]);
    }
  }
  return map;
});

/** The keys of an action, the one to be shown first. */
export function keysOf(id: ActionId): readonly string[] {
  return chosen.value[id] ?? defaults.get(id) ?? [];
}

/** Its first keys as people read them; undefined when it has none. */
export function shownKeys(id: ActionId): string | undefined {
  const first = keysOf(id)[0];
  return first && shown(first, platform);
}

/** Every action whose keys a person chose, with these keys. */
export function changedKeys(): Record<string, string[]> {
  return Object.fromEntries(Object.entries(chosen.value).map(([id, keys]) => [id, [...(keys ?? [])]]));
}

export function isChanged(id: ActionId): boolean {
  return chosen.value[id] !== undefined;
}

/** The action that a press means: the first in the order of the registry. */
export function actionFor(spellings: readonly string[]): ActionId | undefined {
  for (const spelled of spellings) {
    const found = byKeys.get(spelled)?.[0];
    if (found) return found;
  }
  return undefined;
}

/** The other actions that these keys press. */
export function conflicts(id: ActionId, keys: string): ActionId[] {
  return (byKeys.get(canonical(keys, platform)) ?? []).filter((other) => other !== id);
}

/** Gives an action keys. `take` takes them from whoever had them. */
export function setKeys(id: ActionId, keys: readonly string[], take = false): void {
  const next = { ...chosen.value, [id]: keys };
  if (take) {
    const taken = new Set(keys.map((each) => canonical(each, platform)));
    for (const other of keys.flatMap((each) => conflicts(id, each))) {
      next[other] = (next[other] ?? defaults.get(other) ?? []).filter((each) => !taken.has(canonical(each, platform)));
    }
  }
  chosen.value = next;
}

export function resetKeys(id: ActionId): void {
  const next = { ...chosen.value };
  delete next[id];
  chosen.value = next;
}

export function resetAllKeys(): void {
  chosen.reset();
}
