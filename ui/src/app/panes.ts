/** Moving the focus between the panes of a panel, and to its search. */

const FOCUSABLE =
  'a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), [tabindex="0"]';

/** Panes are marked `data-pane`: Split marks its own. */
export function focusPane(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>('main [data-pane], .frame > [data-pane]')].filter(
    (pane) => !pane.querySelector('[data-pane]') && pane.offsetParent !== null,
  );
  if (panes.length === 0) {
    document.querySelector<HTMLElement>('main')?.focus();
    return;
  }
  const here = panes.findIndex((pane) => pane.contains(document.activeElement));
  const pane = panes[(here + step + panes.length) % panes.length] ?? panes[0];
  const target =
    pane?.querySelector<HTMLElement>('[role="grid"], [role="listbox"]') ?? pane?.querySelector<HTMLElement>(FOCUSABLE);
  target?.focus();
}

/** The search of a panel is marked `data-find`. False when it has none. */
export function focusFind(): boolean {
  const field = document.querySelector<HTMLInputElement>('main input[data-find]');
  field?.focus();
  field?.select();
  return field !== null;
}
