/** A browser to look with: the system's Chromium through its own driver, spoken to by the WebDriver protocol. */

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

export async function openBrowser({ width = 1280, height = 800 } = {}) {
  const port = await freePort();
  const driver = spawn(process.env.CHROMEDRIVER ?? 'chromedriver', [`--port=${port}`], { stdio: 'ignore' });
  const base = `http://127.0.0.1:${port}`;

  async function send(method, path, body) {
    const response = await fetch(base + path, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    const { value } = await response.json();
    if (value && typeof value === 'object' && 'error' in value) throw new Error(`${value.error}: ${value.message}`);
    return value;
  }

  for (let attempt = 0; ; attempt += 1) {
    try {
      if ((await send('GET', '/status')).ready) break;
    } catch (error) {
      if (attempt > 100) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  const created = await send('POST', '/session', {
    capabilities: {
      alwaysMatch: {
        browserName: 'chrome',
        'goog:loggingPrefs': { browser: 'ALL' },
        'goog:chromeOptions': {
          ...(process.env.CHROMIUM ? { binary: process.env.CHROMIUM } : {}),
          args: [
            '--headless=new',
            '--no-sandbox',
            '--disable-gpu',
            '--hide-scrollbars',
            `--window-size=${width},${height}`,
          ],
        },
      },
    },
  });
  const session = `/session/${created.sessionId}`;

  const browser = {
    go: (url) => send('POST', `${session}/url`, { url }),
    /** Runs the body of a function; its last argument ends an asynchronous one. */
    run: (script, ...args) => send('POST', `${session}/execute/sync`, { script, args }),
    runAsync: (script, ...args) => send('POST', `${session}/execute/async`, { script, args }),
    /** The size of the page itself. */
    async size(w, h) {
      await send('POST', `${session}/goog/cdp/execute`, {
        cmd: 'Emulation.setDeviceMetricsOverride',
        params: { width: w, height: h, deviceScaleFactor: 1, mobile: false },
      });
    },
    async shoot(file) {
      writeFileSync(file, Buffer.from(await send('GET', `${session}/screenshot`), 'base64'));
    },
    /** Types keys to the focused element; modifiers by their WebDriver code points. */
    async keys(...actions) {
      await send('POST', `${session}/actions`, { actions: [{ type: 'key', id: 'keyboard', actions }] });
    },
    /** Moves and presses the pointer, in page coordinates. */
    async pointer(actions) {
      await send('POST', `${session}/actions`, {
        actions: [{ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions }],
      });
    },
    logs: () => send('POST', `${session}/se/log`, { type: 'browser' }),
    async until(script, ...args) {
      for (let attempt = 0; attempt < 100; attempt += 1) {
        const value = await browser.run(script, ...args);
        if (value) return value;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`it never came true: ${script}`);
    },
    async close() {
      try {
        await send('DELETE', session);
      } finally {
        driver.kill();
      }
    },
  };
  return browser;
}
