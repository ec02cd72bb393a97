import type { Component } from 'svelte';

/** An icon of the one set: `import Copy from '@lucide/svelte/icons/copy'`. */
export type Icon = Component<any>;

/** What a status, badge or callout says by its colour, beside its icon and its word. */
export type Tone = 'good' | 'note' | 'warn' | 'bad' | 'phi' | 'quiet' | 'accent';

/** A line of a menu. */
export type MenuItem =
  | {
      readonly label: string;
      readonly run: () => void;
      readonly icon?: Icon;
      /** As shown: `Ctrl+Shift+C`. */
      readonly keys?: string;
      readonly danger?: boolean;
      readonly disabled?: boolean;
      /** A check mark: for choices. */
      readonly checked?: boolean;
      /** A second line, for what the name does not say. */
      readonly hint?: string;
    }
  | { readonly heading: string }
  | 'line';
