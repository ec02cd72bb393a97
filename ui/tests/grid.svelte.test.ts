import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sample, samples } from '../src/gallery/rows';
import type { RowSource } from '../src/shared';
import type { Sample } from '../src/gallery/rows';
import Grid from './Grid.svelte';

const ROW = 28;
/** Twenty rows under the heading. */
const HEIGHT = ROW * 21;

/** A page without layout: the grid's window has this height, and its content the height of all rows. */
beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(HEIGHT);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(900);
  vi.spyOn(HTMLElement.prototype, 'scrollHeight', 'get').mockImplementation(function (this: HTMLElement) {
    const all = this.querySelector<HTMLElement>('.all');
    return ROW + (all ? parseFloat(all.style.height) : 0);
  });
});
afterEach(() => vi.restoreAllMocks());

const grid = () => screen.getByRole('grid');
const drawn = () => screen.getAllByRole('row').filter((row) => row.dataset['place'] !== undefined);
const current = () => {
  const id = grid().getAttribute('aria-activedescendant');
  return id ? Number(document.getElementById(id)?.dataset['place']) : null;
};
const chosen = () =>
  drawn()
    .filter((row) => row.getAttribute('aria-selected') === 'true')
    .map((row) => Number(row.dataset['place']));

/** Scrolls as a person would: within what there is to scroll. */
function scrollTo(top: number) {
  const most = grid().scrollHeight - HEIGHT;
  grid().scrollTop = Math.max(0, Math.min(most, top));
  grid().dispatchEvent(new Event('scroll'));
  flushSync();
}
/** The grid scrolls itself by setting `scrollTop`: a real browser would then say so, within what there is. */
async function settle() {
  await new Promise((resolve) => setTimeout(resolve, 0));
  scrollTo(grid().scrollTop);
  await new Promise((resolve) => setTimeout(resolve, 0));
}

async function open(total: number, more: Partial<RowSource<Sample>> = {}) {
  const size = $state({ total, dropped: 0 });
  const source = {
    ...samples(
      () => size.total,
      0,
      () => size.dropped,
    ),
    ...more,
  };
  Object.defineProperty(source, 'total', { get: () => size.total });
  Object.defineProperty(source, 'dropped', { get: () => size.dropped });
  const load = vi.spyOn(source, 'load');
  const chosenRows: { current?: (most?: number) => Promise<Sample[]> } = {};
  const props = $state<{
    source: RowSource<Sample>;
    selected: string | null;
    onopen: (row: Sample) => void;
    ongrid: (grid: { chosenRows(most?: number): Promise<Sample[]> }) => void;
  }>({
    ongrid: (grid) => (chosenRows.current = (most) => grid.chosenRows(most)),
    source,
    selected: null,
    onopen: vi.fn(),
  });
  const view = render(Grid, { props });
  flushSync();
  await settle();
  return { size, props, load, view, chosenRows, user: userEvent.setup() };
}

describe('a grid of a hundred thousand rows', () => {
  test('draws at most eighty, fetches only the pages in sight, and begins at its end', async () => {
    const { load } = await open(100_000);
    expect(drawn().length).toBeLessThanOrEqual(80);
    expect(drawn().length).toBeGreaterThan(20);
    expect(grid()).toHaveAttribute('aria-rowcount', '100001');
    expect(drawn().at(-1)).toHaveAttribute('aria-rowindex', '100001');
    await waitFor(() => expect(screen.getByText(sample(99_999).id)).toBeInTheDocument());
    expect(load.mock.calls.every(([start, count]) => count <= 100 && start >= 99_800)).toBe(true);
  });

  test('draws the rows that a key goes to without being told that it has scrolled', async () => {
    const { user } = await open(100_000);
    grid().focus();
    await user.keyboard('{Home}');
    await waitFor(() => expect(screen.getByText(sample(0).id)).toBeInTheDocument());
    await user.keyboard('{End}');
    await waitFor(() => expect(screen.getByText(sample(99_999).id)).toBeInTheDocument());
  });

  test('shows what came with the total without loading it, and loads what is out of sight of that', async () => {
    const first = { start: 99_960, rows: Array.from({ length: 40 }, (_, at) => sample(99_960 + at)) };
    const { load } = await open(100_000, { first: { ...first, version: undefined, revision: undefined } });
    expect(screen.getByText(sample(99_999).id)).toBeInTheDocument();
    expect(load).not.toHaveBeenCalled();
    scrollTo(0);
    await waitFor(() => expect(screen.getByText(sample(0).id)).toBeInTheDocument());
    expect(load).toHaveBeenCalled();
  });

  test('fills its elements where they stand when it jumps, and moves few when it scrolls', async () => {
    await open(100_000);
    await new Promise((resolve) => setTimeout(resolve, 60));
    scrollTo(50_000 * ROW);
    const before = drawn();
    scrollTo(1_000 * ROW);
    expect(drawn()).toEqual(before);
    scrollTo(1_001 * ROW);
    expect(drawn().slice(0, -1)).toEqual(before.slice(1));
    expect(drawn().at(-1)).toBe(before[0]);
  });

  test('draws the rows in sight first, and those around them when these are on the screen', async () => {
    vi.useFakeTimers();
    const frames: FrameRequestCallback[] = [];
    vi.stubGlobal('requestAnimationFrame', (run: FrameRequestCallback) => frames.push(run));
    try {
      const source = samples(() => 1000);
      render(Grid, { props: { source, selected: null, onopen: vi.fn(), ongrid: vi.fn() } });
      flushSync();
      const inSight = drawn().length;
      while (frames.length > 0) frames.shift()?.(0);
      flushSync();
      expect(drawn().length).toBe(inSight + 8);
    } finally {
      vi.unstubAllGlobals();
      vi.useRealTimers();
    }
  });

  test('never draws more than eighty in a tall window', async () => {
    vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(ROW * 200);
    await open(100_000);
    expect(drawn().length).toBeLessThanOrEqual(80);
  });

  test('is one tab stop', async () => {
    const { user } = await open(100_000);
    await user.tab();
    expect(grid()).toHaveFocus();
    await user.tab();
    expect(grid()).not.toHaveFocus();
    expect(document.activeElement?.closest('[role="grid"]')).toBeNull();
  });

  test('moves by arrows, j, k, Page, Home and End', async () => {
    const { user } = await open(100_000);
    grid().focus();
    await user.keyboard('{Home}');
    await settle();
    expect(current()).toBe(0);
    await user.keyboard('{ArrowDown}jj');
    expect(current()).toBe(3);
    await user.keyboard('k{ArrowUp}');
    expect(current()).toBe(1);
    await user.keyboard('{PageDown}');
    await settle();
    expect(current()).toBe(20);
    await user.keyboard('{PageUp}');
    await settle();
    expect(current()).toBe(1);
    await user.keyboard('{End}');
    await settle();
    expect(current()).toBe(99_999);
    await user.keyboard('{ArrowDown}');
    expect(current()).toBe(99_999);
  });

  test('extends with shift, takes all with Ctrl+A, lets go with Escape', async () => {
    const { user, chosenRows } = await open(100_000);
    grid().focus();
    await user.keyboard('{Home}{ArrowDown}');
    await settle();
    await user.keyboard('{Shift>}{ArrowDown}{ArrowDown}{/Shift}');
    expect(chosen()).toEqual([1, 2, 3]);
    await user.keyboard('{Shift>}{ArrowUp}{ArrowUp}{ArrowUp}{/Shift}');
    expect(chosen()).toEqual([0, 1]);
    await user.keyboard('{Control>}a{/Control}');
    expect(chosen().length).toBe(drawn().length);
    expect(await chosenRows.current?.(250)).toHaveLength(250);
    await user.keyboard('{Escape}');
    expect(chosen()).toEqual([]);
    expect(current()).toBeNull();
  });

  test('opens the current row with Enter', async () => {
    const { user, props } = await open(100_000);
    grid().focus();
    await user.keyboard('{Home}');
    await settle();
    await user.keyboard('{Enter}');
    expect(props.onopen).toHaveBeenCalledWith(sample(0));
    expect(props.selected).toBe(sample(0).id);
  });

  test('selects by pointer, with shift and with Ctrl', async () => {
    const { user } = await open(30);
    scrollTo(0);
    await waitFor(() => expect(screen.getByText(sample(2).id)).toBeInTheDocument());
    await user.click(screen.getByText(sample(2).id));
    expect(chosen()).toEqual([2]);
    await user.keyboard('{Shift>}');
    await user.click(screen.getByText(sample(4).id));
    await user.keyboard('{/Shift}');
    expect(chosen()).toEqual([2, 3, 4]);
    await user.keyboard('{Control>}');
    await user.click(screen.getByText(sample(8).id));
    await user.click(screen.getByText(sample(3).id));
    await user.keyboard('{/Control}');
    expect(chosen()).toEqual([2, 4, 8]);
  });
});

describe('the tail', () => {
  test('is followed until someone scrolls up, and a button takes it up again', async () => {
    const { size, user } = await open(1000);
    size.total = 1010;
    flushSync();
    await settle();
    expect(grid().scrollTop).toBe(1011 * ROW - HEIGHT);
    expect(screen.queryByRole('button', { name: /newest/ })).toBeNull();

    scrollTo(grid().scrollTop - 5 * ROW);
    const held = grid().scrollTop;
    size.total = 1025;
    flushSync();
    await settle();
    expect(grid().scrollTop).toBe(held);
    const button = screen.getByRole('button', { name: /newest.*15 new/ });

    await user.click(button);
    await settle();
    expect(grid().scrollTop).toBe(1026 * ROW - HEIGHT);
    expect(screen.queryByRole('button', { name: /newest/ })).toBeNull();
  });

  test('is let go while a row is chosen, even at the end', async () => {
    const { size, user } = await open(1000);
    grid().focus();
    await user.keyboard('{End}');
    await settle();
    const held = grid().scrollTop;
    size.total = 1005;
    flushSync();
    await settle();
    expect(grid().scrollTop).toBe(held);
    expect(current()).toBe(999);
  });

  test('is not offered while its last row is in sight, and is once new rows are out of it', async () => {
    const { size, user } = await open(5);
    grid().focus();
    await user.keyboard('{Home}');
    await settle();
    expect(screen.queryByRole('button', { name: /newest/ })).toBeNull();
    size.total = 10;
    flushSync();
    await settle();
    expect(screen.queryByRole('button', { name: /newest/ })).toBeNull();
    size.total = 30;
    flushSync();
    await settle();
    expect(screen.getByRole('button', { name: /newest.*20 new/ })).toBeInTheDocument();
  });

  test('does not move what is read when the oldest rows are removed', async () => {
    const { size, user } = await open(1000);
    grid().focus();
    await user.keyboard('{Home}{PageDown}{PageDown}{PageDown}');
    await settle();
    const place = current() ?? 0;
    const key = sample(place).id;
    const top = grid().scrollTop;
    size.total = 990;
    size.dropped = 10;
    flushSync();
    await settle();
    expect(current()).toBe(place - 10);
    expect(grid().scrollTop).toBe(top - 10 * ROW);
    await waitFor(() => expect(screen.getByText(key).closest('[role="row"]')).toHaveAttribute('aria-selected', 'true'));
  });
});

describe('what a grid says', () => {
  test('when there is nothing', async () => {
    await open(0);
    expect(screen.getByText('No requests yet')).toBeInTheDocument();
  });

  test('when a page could not be read, with a way to try again', async () => {
    let broken = true;
    const good = samples(() => 50);
    const { user } = await open(50, {
      load: async (start, count) => {
        if (broken) throw new Error('no');
        return good.load(start, count);
      },
    });
    const again = await screen.findByRole('button', { name: 'Try again' });
    broken = false;
    await user.click(again);
    await waitFor(() => expect(screen.getByText(sample(49).id)).toBeInTheDocument());
  });

  test('when a link names a row that is far away', async () => {
    const { props } = await open(100_000);
    props.selected = sample(50_000).id;
    flushSync();
    await settle();
    await waitFor(() => expect(current()).toBe(50_000));
  });

  test('when the filter changes: nothing is chosen any more', async () => {
    const state = $state({ version: 'a' });
    const source = samples(() => 500);
    Object.defineProperty(source, 'version', { get: () => state.version });
    const props = $state({ source, selected: null as string | null });
    render(Grid, { props });
    flushSync();
    await settle();
    grid().focus();
    await userEvent.setup().keyboard('{Home}');
    await settle();
    expect(props.selected).toBe(sample(0).id);
    state.version = 'b';
    flushSync();
    await settle();
    expect(current()).toBeNull();
    expect(props.selected).toBeNull();
  });

  test('when rows have changed: they are read again, and what is chosen stays', async () => {
    const state = $state({ revision: 0 });
    const source = samples(() => 50);
    source.load = async (start, count) =>
      Array.from({ length: count }, (_, index) => ({
        ...sample(start + index),
        target: `/revision/${state.revision}/${start + index}`,
      }));
    Object.defineProperty(source, 'revision', { get: () => state.revision });
    const props = $state({ source, selected: null as string | null });
    render(Grid, { props });
    flushSync();
    await settle();
    grid().focus();
    await userEvent.setup().keyboard('{End}');
    await settle();
    state.revision = 1;
    flushSync();
    await waitFor(() => expect(screen.getByText('/revision/1/49')).toBeInTheDocument());
    expect(current()).toBe(49);
  });

  test('to axe', async () => {
    await open(1000);
    const { violations } = await axe.run(document.body, {
      rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
    });
    expect(violations.map((violation) => [violation.id, violation.nodes.map((node) => node.html)])).toEqual([]);
  });
});
