import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { createRawSnippet, flushSync, tick } from 'svelte';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import Gallery from '../src/gallery/Gallery.svelte';
import { host, provideHost } from '../src/shared/state/host';
import { notices } from '../src/shared/state/notices.svelte';
import { presenter } from '../src/shared/state/presenter.svelte';
import Diff from '../src/shared/ui/Diff.svelte';
import ErrorState from '../src/shared/ui/ErrorState.svelte';
import Mono from '../src/shared/ui/Mono.svelte';
import Secret from '../src/shared/ui/Secret.svelte';
import { shownSecret } from '../src/shared/ui/secrets.svelte';
import Status from '../src/shared/ui/Status.svelte';
import MenuButton from './MenuButton.svelte';
import Split from './Split.svelte';
import Specimens from './Specimens.svelte';
import TrendChart from '../src/shared/data/TrendChart.svelte';

let copied: string[] = [];
beforeEach(() => {
  copied = [];
  provideHost({ ...host, copyText: async (text) => void copied.push(text) });
  shownSecret.hide();
});

describe('every component', () => {
  test('is clean to axe', async () => {
    render(Gallery);
    await tick();
    const { violations } = await axe.run(document.body, {
      // Colours are measured where there are some: `npm run look`.
      rules: { 'color-contrast': { enabled: false } },
    });
    expect(violations.map((found) => [found.id, found.nodes.map((node) => node.html)])).toEqual([]);
  });

  test.each(['dialog', 'confirm', 'menu'])('is clean to axe with an open %s', async (open) => {
    render(Gallery, { open });
    await tick();
    const { violations } = await axe.run(document.body, {
      rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
    });
    expect(violations.map((found) => [found.id, found.nodes.map((node) => node.html)])).toEqual([]);
  });
});

describe('a field', () => {
  test('names, describes and marks its control', async () => {
    const view = render(Specimens, { error: null });
    const name = screen.getByRole('textbox', { name: /^Name/ });
    expect(name).toBeRequired();
    expect(name).toHaveAccessibleDescription('People see it.');
    expect(name).not.toHaveAttribute('aria-invalid');
    await view.rerender({ error: 'Too short.' });
    expect(name).toHaveAccessibleDescription('Too short. People see it.');
    expect(name).toHaveAttribute('aria-invalid', 'true');
    await view.rerender({ error: null });
    expect(name).toHaveAccessibleDescription('People see it.');
  });

  test('gives every kind of control its name', async () => {
    render(Specimens);
    const user = userEvent.setup();
    await user.type(screen.getByRole('textbox', { name: /^Name/ }), 'Acme');
    await user.selectOptions(screen.getByRole('combobox', { name: 'Type' }), 'spa');
    await user.click(screen.getByRole('radio', { name: 'Strict' }));
    expect(screen.getByRole('status')).toHaveTextContent('Acme spa strict');
    expect(screen.getByRole('checkbox', { name: 'read:wearables' })).toHaveAccessibleDescription('Weight and sleep.');
  });
});

describe('a switch', () => {
  test('waits for what it does', async () => {
    let done!: () => void;
    const onswitch = vi.fn(() => new Promise<void>((resolve) => (done = resolve)));
    render(Specimens, { onswitch });
    const user = userEvent.setup();
    const control = screen.getByRole('switch', { name: 'Stamp' });
    await user.click(control);
    await user.click(control);
    expect(onswitch).toHaveBeenCalledTimes(1);
    expect(control).toBeChecked();
    done();
    await tick();
    await user.click(control);
    expect(onswitch).toHaveBeenLastCalledWith(false);
  });
});

describe('a confirmation', () => {
  test('names what happens and what stays, and wants the words written', async () => {
    const onconfirm = vi.fn(async () => {});
    render(Specimens, { confirming: true, onconfirm });
    const user = userEvent.setup();
    const dialog = await screen.findByRole('alertdialog', { name: 'Make the world anew?' });
    expect(dialog).toHaveTextContent('All traffic');
    expect(dialog).toHaveTextContent('Demo apps');
    const button = screen.getByRole('button', { name: 'Do it' });
    expect(button).toBeDisabled();
    await user.type(screen.getByRole('textbox', { name: /factory reset/ }), 'factory reset');
    expect(button).toBeEnabled();
    await user.click(button);
    expect(onconfirm).toHaveBeenCalledOnce();
  });

  test('shows a failure in place and stays', async () => {
    const onconfirm = vi.fn(() => Promise.reject({ code: 'conflict', message: 'The clock is advancing.' }));
    render(Specimens, { confirming: true, onconfirm });
    const user = userEvent.setup();
    await user.type(await screen.findByRole('textbox', { name: /factory reset/ }), 'factory reset');
    await user.click(screen.getByRole('button', { name: 'Do it' }));
    expect(await screen.findByText('The clock is advancing.')).toBeInTheDocument();
    expect(screen.getByRole('alertdialog')).toBeInTheDocument();
  });
});

describe('a secret', () => {
  test('is masked until asked for, then masked again after a while', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    render(Secret, { value: 's3cret-value', label: 'Client secret', forMs: 5000 });
    const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
    expect(document.body).not.toHaveTextContent('s3cret-value');
    await user.click(screen.getByRole('button', { name: 'Show Client secret' }));
    expect(screen.getByText('s3cret-value')).toBeInTheDocument();
    await vi.advanceTimersByTimeAsync(5001);
    flushSync();
    expect(document.body).not.toHaveTextContent('s3cret-value');
    vi.useRealTimers();
  });

  test('hides the one that was shown before', async () => {
    render(Secret, { value: 'first-value', label: 'First' });
    render(Secret, { value: 'second-value', label: 'Second' });
    const user = userEvent.setup();
    await user.click(screen.getByRole('button', { name: 'Show First' }));
    await user.click(screen.getByRole('button', { name: 'Show Second' }));
    expect(document.body).not.toHaveTextContent('first-value');
    expect(document.body).toHaveTextContent('second-value');
  });

  test('is fetched when asked for, and forgotten when masked', async () => {
    const fetched = vi.fn(async () => 'fetched-value');
    render(Secret, { value: fetched, label: 'Key' });
    const user = userEvent.setup();
    expect(fetched).not.toHaveBeenCalled();
    await user.click(screen.getByRole('button', { name: 'Show Key' }));
    await waitFor(() => expect(document.body).toHaveTextContent('fetched-value'));
    await user.click(screen.getByRole('button', { name: 'Mask Key' }));
    await user.click(screen.getByRole('button', { name: 'Show Key' }));
    await waitFor(() => expect(fetched).toHaveBeenCalledTimes(2));
  });

  test('is copied without being shown', async () => {
    render(Secret, { value: 'copied-value', label: 'Key' });
    const user = userEvent.setup();
    await user.click(screen.getByRole('button', { name: 'Copy Key' }));
    expect(copied).toEqual(['copied-value']);
    expect(document.body).not.toHaveTextContent('copied-value');
    expect(notices.current?.text).toBe('Key copied.');
  });

  test('is masked when the window is left, and can’t be shown while presenting', async () => {
    render(Secret, { value: 'some-value', label: 'Key' });
    const user = userEvent.setup();
    await user.click(screen.getByRole('button', { name: 'Show Key' }));
    window.dispatchEvent(new Event('blur'));
    flushSync();
    expect(document.body).not.toHaveTextContent('some-value');
    presenter.set(true);
    flushSync();
    expect(screen.getByRole('button', { name: /stays masked/ })).toBeDisabled();
  });
});

describe('a value', () => {
  test('is copied by a press, whole even when it is masked', async () => {
    presenter.set(true);
    render(Mono, { value: 'client_01M7Z7GNBT5KFYW264Y491WGMA', label: 'Client id' });
    expect(document.body).not.toHaveTextContent('01M7Z7');
    await userEvent.setup().click(screen.getByRole('button', { name: /Client id/ }));
    expect(copied).toEqual(['client_01M7Z7GNBT5KFYW264Y491WGMA']);
  });
});

describe('a difference', () => {
  test('is marked in both texts, also for the ear', () => {
    render(Diff, { expected: 'http://a/callback', received: 'http://a/callbacks ' });
    expect(document.querySelector('mark.received')).toHaveTextContent('[differs: s␣]');
    expect(document.querySelector('.gap.expected')).toHaveTextContent('[nothing here]');
  });
  test('is left out where letters can’t be compared', () => {
    render(Diff, { expected: 'a JWT signed by us', received: '', at: null });
    expect(document.querySelector('mark')).toBeNull();
    expect(document.body).toHaveTextContent('(nothing)');
  });
});

describe('a failure', () => {
  test('says what happened and what to do', async () => {
    const retry = vi.fn();
    render(ErrorState, { error: { code: 'key_unavailable', message: 'The keychain is locked.' }, retry });
    expect(screen.getByRole('alert')).toHaveTextContent('The keychain is locked.');
    expect(screen.getByRole('alert')).toHaveTextContent(/Unlock the keychain/);
    await userEvent.setup().click(screen.getByRole('button', { name: 'Try again' }));
    expect(retry).toHaveBeenCalled();
  });
});

describe('a button with a menu', () => {
  test('says what it is until its menu opens', async () => {
    render(MenuButton);
    const user = userEvent.setup();
    const button = screen.getByRole('button', { name: 'More to do' });
    await user.hover(button);
    expect(await screen.findByText('More to do')).toBeInTheDocument();
    await user.click(button);
    expect(button).toHaveAttribute('aria-expanded', 'true');
    await waitFor(() => expect(screen.queryByText('More to do')).toBeNull());
  });
});

describe('a status', () => {
  test('has the shapes of its icon, and those of another when it changes', async () => {
    const children = createRawSnippet(() => ({ render: () => '<b>it</b>' }));
    const view = render(Status, { tone: 'good', children });
    const shapes = () => document.querySelector('.status svg')?.innerHTML;
    const good = shapes();
    expect(good).toContain('<circle');
    await view.rerender({ tone: 'warn' });
    expect(shapes()).not.toBe(good);
    await view.rerender({ tone: 'good' });
    expect(shapes()).toBe(good);
  });
});

describe('a split', () => {
  test('is moved by keys, within its limits, and remembered', async () => {
    const view = render(Split);
    const bar = screen.getByRole('separator', { name: 'List and detail' });
    expect(bar).toHaveAttribute('aria-valuenow', '42');
    const user = userEvent.setup();
    bar.focus();
    await user.keyboard('{ArrowRight}{ArrowRight}');
    expect(bar).toHaveAttribute('aria-valuenow', '46');
    await user.keyboard('{End}{ArrowRight}');
    expect(bar).toHaveAttribute('aria-valuenow', '85');
    expect(localStorage.getItem('connect.pref.split.test')).toBe('0.85');
    view.unmount();
    render(Split);
    expect(screen.getByRole('separator')).toHaveAttribute('aria-valuenow', '85');
    screen.getByRole('separator').focus();
    await user.keyboard('{Enter}');
    expect(screen.getByRole('separator')).toHaveAttribute('aria-valuenow', '42');
  });
});

describe('a chart', () => {
  const points = [3.9, 2.1, 1.2].map((value, month) => ({ at: `2026-0${month + 1}-10T00:00:00Z`, value }));

  test('is walked by arrow keys with one tab stop, and reads each point', async () => {
    render(TrendChart, { label: 'LDL', unit: 'mmol/L', points, low: 1.8, high: 3.4 });
    const all = screen.getAllByRole('img');
    expect(all.map((point) => point.getAttribute('aria-label'))).toEqual([
      'Jan 10, 2026: 3.9 mmol/L, above range',
      'Feb 10, 2026: 2.1 mmol/L, in range',
      'Mar 10, 2026: 1.2 mmol/L, below range',
    ]);
    expect(all.filter((point) => point.getAttribute('tabindex') === '0')).toHaveLength(1);
    const user = userEvent.setup();
    (all[2] as unknown as SVGElement).focus();
    await user.keyboard('{ArrowLeft}');
    expect(all[1]).toHaveFocus();
    await user.keyboard('{Home}');
    expect(all[0]).toHaveFocus();
  });

  test('says the same as a table', async () => {
    render(TrendChart, { label: 'LDL', unit: 'mmol/L', points, low: 1.8, high: 3.4 });
    await userEvent.setup().click(screen.getByRole('button', { name: 'Show as a table' }));
    expect(screen.getAllByRole('row')).toHaveLength(4);
    expect(screen.getByRole('table')).toHaveTextContent('above range');
  });
});
