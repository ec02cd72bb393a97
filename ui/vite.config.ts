/// <reference types="vitest/config" />
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vite';

const src = fileURLToPath(new URL('./src', import.meta.url));

/** Where the control listener of a running sandbox is, for `npm run dev`. */
const control = process.env['CONNECT_CONTROL'] ?? 'http://127.0.0.1:9470';

/** The control listener takes its own origin or none: the development page has another. */
const toControl = {
  target: control,
  changeOrigin: true,
  configure(proxy: { on(event: 'proxyReq', hear: (request: { removeHeader(name: string): void }) => void): void }) {
    proxy.on('proxyReq', (request) => {
      request.removeHeader('origin');
    });
  },
};

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), svelteTesting()],
  resolve: { alias: { $: src } },
  server: { host: '127.0.0.1', port: 5199, proxy: { '/rpc': toControl, '/events': toControl } },
  preview: { host: '127.0.0.1', port: 5198, proxy: { '/rpc': toControl, '/events': toControl } },
  build: {
    target: 'es2022',
    outDir: mode === 'gallery' ? 'dist-gallery' : 'dist',
    // The gallery is a page for developers and tests: it is never part of the console.
    rolldownOptions: { input: mode === 'gallery' ? ['index.html', 'gallery.html'] : ['index.html'] },
    modulePreload: { polyfill: false },
    // Nothing is put into a `data:` URL: fonts and scripts come from files, as the policy wants.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  test: {
    environment: 'jsdom',
    include: ['tests/**/*.test.ts', 'src/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    css: false,
    testTimeout: 20_000,
    // Every processor: one is left idle otherwise, which on two of them is half.
    maxWorkers: '100%',
  },
}));
