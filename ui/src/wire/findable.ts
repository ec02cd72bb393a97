/** Whether what is shown was seen by this sandbox: then its Traffic finds every exchange with the same credential. */

import { getContext, setContext } from 'svelte';

const KEY = Symbol('findable');

/** Says it for everything below: for what went to another server there is nothing to find. */
export function setFindable(findable: () => boolean): void {
  setContext(KEY, findable);
}

/** Whether it can be found, asked while a component is made; true unless somebody said otherwise. */
export function isFindable(): () => boolean {
  return getContext<(() => boolean) | undefined>(KEY) ?? (() => true);
}
