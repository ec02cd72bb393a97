/** Where the focus goes when what had it is gone for good. */

/** Focuses what is there once the dialog that asked is closed and has given its focus back. */
export function focusSoon(find: () => HTMLElement | null | undefined): void {
  requestAnimationFrame(() => requestAnimationFrame(() => find()?.focus()));
}
