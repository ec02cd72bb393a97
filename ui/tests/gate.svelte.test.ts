import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { testSandbox, type TestSandbox } from './sandbox';

const { sandbox } = vi.hoisted(() => ({ sandbox: { current: null as unknown as TestSandbox } }));
vi.mock('../src/platform', async () => {
  const { PlatformError } = await import('../src/platform/types');
  return {
    PlatformError,
    get platform() {
      return { ...sandbox.current.platform, kind: 'desktop' };
    },
  };
});

const { default: Gate } = await import('../src/app/Gate.svelte');
const { default: Strip } = await import('../src/app/Strip.svelte');
const { gate, watchSandbox } = await import('../src/app/gate.svelte');
const { startChanges } = await import('../src/rpc');
const { go, startRoute } = await import('../src/shared/state/route.svelte');

let stops: (() => void)[] = [];
beforeEach(() => {
  sandbox.current = testSandbox();
});
afterEach(() => stops.forEach((stop) => stop()));

test('a sandbox that could not be started says why, and can be started at another port', async () => {
  sandbox.current.answers = {
    host_state: () => ({ state: 'failed', message: 'Port 9400 is taken by another program.', port_in_use: 9400 }),
    host_retry: () => ({ state: 'running', workspace: 'demo' }),
  };
  stops = [startChanges(), watchSandbox()];
  render(Gate);
  render(Strip, { status: undefined });
  expect(await screen.findByText(/Port 9400 is taken/)).toBeInTheDocument();
  expect(screen.getByText('The sandbox does not run')).toBeInTheDocument();
  expect(screen.queryByText('Live')).toBeNull();
  expect(gate.closed).toBe(true);
  await userEvent.setup().click(screen.getByRole('button', { name: 'Use any free port this time' }));
  expect(sandbox.current.calls.at(-1)).toEqual({ cmd: 'host_retry', payload: { any_port: true } });
  flushSync();
  expect(gate.closed).toBe(false);
});

test('the console goes on where it was left in the workspace, but not away from where somebody went', async () => {
  sandbox.current.answers = { host_state: () => ({ state: 'running', workspace: null, left: '#/people' }) };
  history.replaceState(null, '', '#/traffic');
  stops = [startRoute(), startChanges(), watchSandbox()];
  await vi.waitFor(() => expect(location.hash).toBe('#/people'));
  stops.forEach((stop) => stop());
  history.replaceState(null, '', '#/traffic');
  stops = [startRoute(), startChanges(), watchSandbox()];
  go('#/apps', { replace: true });
  await vi.waitFor(() => expect(gate.state?.state).toBe('running'));
  expect(location.hash).toBe('#/apps');
  history.replaceState(null, '', '#');
});

test('a sandbox that stops is noticed', async () => {
  sandbox.current.answers = { host_state: () => ({ state: 'running', workspace: null }) };
  stops = [startChanges(), watchSandbox()];
  render(Gate);
  await vi.waitFor(() => expect(gate.state?.state).toBe('running'));
  sandbox.current.answers = { host_state: () => ({ state: 'stopped' }) };
  sandbox.current.change({ topics: [], missed: true });
  expect(await screen.findByRole('button', { name: 'Start it again' })).toBeInTheDocument();
});
