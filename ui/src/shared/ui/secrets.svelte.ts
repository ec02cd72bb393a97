/** Which secret is shown: one at a time in the whole console, and for a while only. */

let shown = $state<string | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

export const shownSecret = {
  is(id: string): boolean {
    return shown === id;
  },
  show(id: string, forMs: number): void {
    clearTimeout(timer);
    shown = id;
    timer = setTimeout(() => (shown = null), forMs);
  },
  hide(id?: string): void {
    if (id !== undefined && shown !== id) return;
    clearTimeout(timer);
    shown = null;
  },
};
