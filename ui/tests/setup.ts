/** What the test page lacks of a browser, and a clean slate before every test. */

import '@testing-library/jest-dom/vitest';
import { configure } from '@testing-library/svelte';
import { beforeEach, vi } from 'vitest';
import { forgetPrefs } from '../src/shared/state/prefs.svelte';
import { notices } from '../src/shared/state/notices.svelte';
import { presenter } from '../src/shared/state/presenter.svelte';
import { sandbox, testSandbox } from './sandbox';

// What is above the platform has a sandbox of the test's own below it.
vi.mock('../src/platform', async () => {
  const { PlatformError } = await import('../src/platform/types');
  const { sandbox } = await import('./sandbox');
  return {
    PlatformError,
    get platform() {
      return sandbox.current.platform;
    },
  };
});

// A failure shows what is wrong, not the whole page.
configure({
  // The first opening of a panel compiles it.
  asyncUtilTimeout: 8000,
  getElementError: (message) => new Error(message?.split('\n\n')[0] ?? 'not found'),
});

class Observer {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

globalThis.ResizeObserver ??= Observer as unknown as typeof ResizeObserver;
globalThis.IntersectionObserver ??= Observer as unknown as typeof IntersectionObserver;
globalThis.matchMedia ??= ((media: string) => ({
  media,
  matches: false,
  addEventListener() {},
  removeEventListener() {},
})) as unknown as typeof matchMedia;
Element.prototype.scrollIntoView ??= () => {};
Element.prototype.hasPointerCapture ??= () => false;
Element.prototype.setPointerCapture ??= () => {};
Element.prototype.releasePointerCapture ??= () => {};
Element.prototype.animate ??= (() => ({ finished: Promise.resolve(), cancel() {} })) as unknown as Element['animate'];

beforeEach(() => {
  sandbox.current = testSandbox();
  localStorage.clear();
  sessionStorage.clear();
  forgetPrefs();
  notices.clear();
  presenter.set(false);
});
