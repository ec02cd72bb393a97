/**
 * Icons for long lists: each is drawn once, and its shapes are copied from then on. An icon's own component costs several
 * times as much as the rest of a row.
 */

import { mount, unmount, untrack } from 'svelte';
import type { Attachment } from 'svelte/attachments';
import type { Icon } from './types';

const known = new Map<Icon, readonly Node[]>();

function shapesOf(icon: Icon): readonly Node[] {
  let shapes = known.get(icon);
  if (!shapes) {
    const place = document.createElement('div');
    const component = untrack(() => mount(icon, { target: place }));
    shapes = [...(place.querySelector('svg')?.children ?? [])];
    known.set(icon, shapes);
    void unmount(component);
  }
  return shapes;
}

/** Fills an `<svg viewBox="0 0 24 24">` with an icon's shapes. */
export function drawn(icon: Icon): Attachment<SVGElement> {
  return (svg) => svg.replaceChildren(...shapesOf(icon).map((shape) => shape.cloneNode(true)));
}
