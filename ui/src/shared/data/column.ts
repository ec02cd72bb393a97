import type { Snippet } from 'svelte';

/** A column of a virtual grid. */
export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  /** A CSS grid track: `5rem`, `minmax(8rem, 1fr)`. */
  readonly width: string;
  /** The text of the cell; for anything else, `cell`. */
  readonly text?: (row: Row) => string;
  /** What is drawn here cuts itself off where the cell ends. */
  readonly cell?: Snippet<[Row]>;
  /** Its texts are never longer than the column: cutting a cell off takes time in a long list. */
  readonly fits?: true;
  readonly mono?: boolean;
  /** At the right, with figures of one width. */
  readonly end?: boolean;
  /** Not shown when the grid is narrower than this, in rem. */
  readonly from?: number;
}
