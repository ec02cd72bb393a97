/** What a panel is to the frame: its place in the rail, its component (loaded when first opened), its actions. */

import type { Component } from 'svelte';
import type { ActionId } from '../rpc/generated/actions';
import type { Icon } from '../shared';

/** How an action is carried out. */
export interface Handler {
  run(): void | Promise<void>;
  /** Why it can't be done now, in a sentence; null when it can. Read reactively. */
  unavailable?(): string | null;
}

export type Handlers = Partial<Record<ActionId, Handler>>;

/** What a panel's component is given. */
export interface PanelProps {
  /** What follows the panel's name in the address: `#/apps/client_01…` gives `['client_01…']`. */
  readonly path: readonly string[];
}

export interface Panel<H extends Handlers = Handlers> {
  readonly id: string;
  readonly title: string;
  readonly icon: Icon;
  /** Loaded apart from the frame: `() => import('./Apps.svelte')`. */
  readonly load: () => Promise<{ default: Component<PanelProps> }>;
  readonly actions: H;
}

/** Keeps the ids of the actions in the type, so that the frame can prove that every action is bound. */
export function definePanel<const H extends Handlers>(panel: Panel<H>): Panel<H> {
  return panel;
}
