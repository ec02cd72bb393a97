/**
 * The focus is never lost. What has it may go away: a button whose work is done, a row that is deleted, a menu item that
 * opened a dialog. Then what took its place has it, or what stands nearest; after a dialog, what had it before.
 */

const OVERLAY = '[role="dialog"], [role="alertdialog"], [role="menu"]';
/** How long something that can't be pressed for a while keeps the focus. */
const PATIENCE_MS = 400;
const FOCUSABLE = ['a[href]', 'button', 'input', 'select', 'textarea', '[tabindex="0"]']
  .map((kind) => `${kind}:not([disabled]):not([tabindex="-1"])`)
  .join(', ');

/** Something that had the focus, and its place in each of its ancestors, the nearest first. */
interface Trail {
  readonly element: HTMLElement;
  readonly places: readonly { readonly parent: Element; readonly index: number }[];
}

function trailOf(element: HTMLElement): Trail {
  const places = [];
  for (let node: Element = element; node.parentElement && node !== document.body; node = node.parentElement) {
    places.push({ parent: node.parentElement, index: [...node.parentElement.children].indexOf(node) });
  }
  return { element, places };
}

const isDisabled = (element: HTMLElement) => element.matches(':disabled');
const isLost = () => !document.activeElement || document.activeElement === document.body;

/** What to focus within an element: itself, or the first thing in it. */
function within(element: Element | undefined): HTMLElement | null {
  if (!element || element.closest('[hidden], [inert], .skip')) return null;
  return element.matches(FOCUSABLE) ? (element as HTMLElement) : element.querySelector<HTMLElement>(FOCUSABLE);
}

/**
 * What has taken the place of something that is gone, or stands nearest to where it was. The focus stays in the panel,
 * even in one that has nothing to focus yet.
 */
function nearest({ places }: Trail): HTMLElement | null {
  for (const { parent, index } of places) {
    if (!parent.isConnected || parent === document.body) continue;
    const children = [...parent.children];
    for (const child of [...children.slice(index), ...children.slice(0, index).reverse()]) {
      const found = within(child);
      if (found) return found;
    }
    if (parent.matches('main')) return parent as HTMLElement;
  }
  return null;
}

/** Watches over the focus; the console does it once. */
export function keepFocus(): () => void {
  let last: Trail | null = null;
  /** The last one outside dialogs and menus. */
  let page: Trail | null = null;
  let asked = 0;
  /** What has the focus was switched off while it had it. */
  let wasDisabled = false;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  function note(event: FocusEvent) {
    if (!(event.target instanceof HTMLElement) || event.target === document.body) return;
    last = trailOf(event.target);
    wasDisabled = false;
    if (!event.target.closest(OVERLAY)) page = last;
  }

  function mend() {
    asked = 0;
    if (!last || !isLost()) return;
    if (last.element.isConnected) {
      if (wasDisabled && !isDisabled(last.element)) last.element.focus();
      wasDisabled = isDisabled(last.element);
      if (wasDisabled) waiting ||= setTimeout(passOn, PATIENCE_MS);
      return;
    }
    const open = [...document.querySelectorAll<HTMLElement>(OVERLAY)].at(-1);
    const before = open ? last : (page ?? last);
    const target = before.element.isConnected && !isDisabled(before.element) ? before.element : nearest(before);
    if (target && (!open || open.contains(target))) target.focus();
    else open?.focus();
  }

  /** It waits for something and has the focus again afterwards; but not when that is long, or for good. */
  function passOn() {
    waiting = undefined;
    if (last && isLost() && isDisabled(last.element)) nearest(last)?.focus();
  }

  const observer = new MutationObserver((changes) => {
    const held = last?.element;
    if (!held) return;
    // It may be on again already.
    wasDisabled ||= changes.some((change) => change.type === 'attributes' && change.target === held);
    // Whoever closes something gives the focus back first.
    if (!held.isConnected || wasDisabled) asked ||= requestAnimationFrame(mend);
  });
  observer.observe(document.body, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ['disabled'],
  });
  document.addEventListener('focusin', note);
  return () => {
    observer.disconnect();
    document.removeEventListener('focusin', note);
    cancelAnimationFrame(asked);
    clearTimeout(waiting);
  };
}
