/** Where a refused form takes the person. */

import { tick } from 'svelte';

/** Puts the cursor into the first field that something is wrong with. */
export async function focusFlaw(form: Element | null | undefined): Promise<void> {
  await tick();
  const field = form?.querySelector<HTMLElement>('[aria-invalid="true"], [data-flawed] :is(input, button)');
  field?.focus();
  field?.scrollIntoView({ block: 'center' });
}
