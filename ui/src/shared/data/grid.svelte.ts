/** What a virtual grid knows and decides, without drawing: rows in sight, the current row, the chosen rows, the tail. */

import { Pages, type RowSource } from './pages.svelte';
import { between, contains, count, shift, toggle, type Ranges } from './ranges';

/** Rows above and below the window that are drawn too. */
const AROUND = 8;
/** Never more rows in the page than this. */
export const MOST_ROWS = 80;
/** A row in the page. */
interface Drawn {
  readonly place: number;
  /** Tells its element from the others. */
  readonly element: number;
}

/** No version of any source. */
const NOTHING = Symbol('nothing');

export class Grid<Row> {
  readonly pages: Pages<Row>;
  readonly #source: () => RowSource<Row>;

  /** Pixels: of a row, of the window, and how far it is scrolled. */
  rowHeight = $state(28);
  height = $state(0);
  scrollTop = $state(0);

  /** The current row; -1 for none. */
  active = $state(-1);
  /** Where a shifted move began. */
  anchor = $state(-1);
  chosen = $state.raw<Ranges>([]);
  /** New rows come into sight by themselves. */
  following = $state(true);
  /** Rows that came since the tail was let go, unless all are in sight. */
  fresh = $state(0);
  /** Other rows are drawn in sight first; those around them come with the next frame (`fill`). */
  #filled = $state.raw<unknown>(NOTHING);
  #known = 0;
  #dropped = 0;
  #version: unknown = undefined;
  /** What was drawn last, and how many elements there ever were. */
  #drawn: readonly Drawn[] = [];
  #elements = 0;

  constructor(source: () => RowSource<Row>) {
    this.#source = source;
    this.pages = new Pages(source);
  }

  get total(): number {
    return this.#source().total;
  }

  get #inSight(): number {
    return Math.ceil(this.height / this.rowHeight) + 1;
  }

  get #around(): number {
    return Math.max(0, Math.min(AROUND, Math.floor((MOST_ROWS - this.#inSight) / 2)));
  }

  /** The rows that are in sight are on the screen: those around them can be drawn. */
  fill(): void {
    this.#filled = this.#source().version;
  }

  /**
   * The places to draw, each with its element: that of a place stays with it, and those of places out of sight are filled
   * anew, each where it stands in the page.
   */
  readonly rows = $derived.by((): readonly Drawn[] => {
    const { first, end } = this.window;
    const kept = new Map<number, number>();
    const free: number[] = [];
    for (const { place, element } of this.#drawn) {
      if (place >= first && place < end) kept.set(place, element);
      else free.push(element);
    }
    this.#drawn = Array.from({ length: end - first }, (_, index) => {
      const place = first + index;
      return { place, element: kept.get(place) ?? free.shift() ?? this.#elements++ };
    });
    return this.#drawn;
  });

  /** The first row drawn, and the one after the last. */
  get window(): { first: number; end: number } {
    const inSight = this.#inSight;
    const around = this.#filled === this.#source().version ? this.#around : 0;
    // The tail is drawn before the window is scrolled to it: no row is fetched or drawn on the way.
    const top = Math.floor((this.following ? this.endTop : this.scrollTop) / this.rowHeight);
    const last = Math.max(0, this.total - Math.min(inSight + around, MOST_ROWS));
    const first = Math.max(0, Math.min(top - around, last));
    return { first, end: Math.min(this.total, first + Math.min(MOST_ROWS, inSight + 2 * around)) };
  }

  /** Rows that a page key moves by. */
  get pageRows(): number {
    return Math.max(1, Math.floor(this.height / this.rowHeight) - 1);
  }

  /** How far it is scrolled when it is at its end. */
  get endTop(): number {
    return Math.max(0, this.total * this.rowHeight - this.height);
  }

  /** The last row is in sight. */
  get atEnd(): boolean {
    return this.scrollTop + this.height >= this.total * this.rowHeight - 4;
  }

  /** Takes up a changed total. Gives the pixels by which the rows in sight have moved up. */
  settle(): number {
    const { total, dropped = 0, version } = this.#source();
    if (version !== this.#version) {
      this.#version = version;
      this.#dropped = dropped;
      this.#known = total;
      this.fresh = 0;
      this.clear();
      return 0;
    }
    const gone = Math.max(0, dropped - this.#dropped);
    this.#dropped = dropped;
    const added = total + gone - this.#known;
    if (added > 0 && !this.following) this.fresh += added;
    this.#known = total;
    if (this.atEnd) this.fresh = 0;
    if (gone > 0) {
      this.active = Math.max(-1, this.active - gone);
      this.anchor = Math.max(-1, this.anchor - gone);
      this.chosen = shift(this.chosen, -gone);
    }
    if (this.active >= total) this.active = total - 1;
    return gone * this.rowHeight;
  }

  isChosen(place: number): boolean {
    return contains(this.chosen, place);
  }

  get chosenCount(): number {
    return count(this.chosen);
  }

  /** Makes a row the current one. A chosen row holds the list still. */
  select(place: number, how: 'only' | 'extend' | 'toggle' = 'only'): void {
    if (this.total === 0) return;
    const next = Math.min(this.total - 1, Math.max(0, place));
    if (how === 'extend') {
      if (this.anchor < 0) this.anchor = this.active < 0 ? next : this.active;
      this.chosen = [between(this.anchor, next)];
    } else if (how === 'toggle') {
      this.chosen = toggle(this.chosen, next);
      this.anchor = next;
    } else {
      this.chosen = [[next, next]];
      this.anchor = next;
    }
    this.active = next;
    this.following = false;
  }

  selectAll(): void {
    if (this.total === 0) return;
    this.chosen = [[0, this.total - 1]];
    if (this.active < 0) this.active = this.total - 1;
    this.following = false;
  }

  clear(): void {
    this.active = -1;
    this.anchor = -1;
    this.chosen = [];
  }

  /** Where to scroll so that a row is in sight; null when it is. */
  scrollFor(place: number): number | null {
    const top = place * this.rowHeight;
    if (top < this.scrollTop) return top;
    if (top + this.rowHeight > this.scrollTop + this.height) return top + this.rowHeight - this.height;
    return null;
  }

  /** The window was scrolled by hand or by us: upwards lets the tail go, to the end takes it up again. */
  scrolled(top: number): void {
    const up = top < this.scrollTop - 1;
    this.scrollTop = top;
    if (this.atEnd && this.active < 0) this.follow();
    else if (up && !this.atEnd) this.following = false;
    if (this.atEnd) this.fresh = 0;
  }

  follow(): void {
    this.following = true;
    this.fresh = 0;
  }

  /** A key on the grid: true when it was one of ours. `toggle` and `open` are the component's. */
  key(event: KeyboardEvent): boolean {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
    if (altKey) return false;
    if (ctrlKey || metaKey) {
      if (key.toLowerCase() === 'a' && !shiftKey) {
        this.selectAll();
        return true;
      }
      if (key === ' ' && this.active >= 0) {
        this.select(this.active, 'toggle');
        return true;
      }
      return false;
    }
    const how = shiftKey ? 'extend' : 'only';
    const here = this.active;
    // With no current row, moving down begins at the top of the window, moving up at its end.
    const top = Math.ceil(this.scrollTop / this.rowHeight);
    const bottom = Math.min(this.total - 1, top + this.pageRows);
    switch (key) {
      case 'ArrowDown':
      case 'j':
      case 'J':
        this.select(here < 0 ? top : here + 1, how);
        return true;
      case 'ArrowUp':
      case 'k':
      case 'K':
        this.select(here < 0 ? bottom : here - 1, how);
        return true;
      case 'PageDown':
        this.select((here < 0 ? top : here) + this.pageRows, how);
        return true;
      case 'PageUp':
        this.select((here < 0 ? bottom : here) - this.pageRows, how);
        return true;
      case 'Home':
        this.select(0, how);
        return true;
      case 'End':
        this.select(this.total - 1, how);
        return true;
      case 'Escape':
        if (here < 0 && this.chosen.length === 0) return false;
        this.clear();
        return true;
      default:
        return false;
    }
  }
}
