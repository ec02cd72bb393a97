/**
 * Looks at the console: screenshots of the gallery and the frame in every theme and both sizes into `look/`, axe on each,
 * and every complaint of the browser (a broken policy among them). Fails when there is any.
 *
 *   CONNECT_CONTROL=http://127.0.0.1:9470 CONNECT_TOKEN=ctl_… npm run look [gallery|frame]
 */

import { mkdirSync, readFileSync } from 'node:fs';
import { openBrowser } from './browser.mjs';
import { serve } from './serve.mjs';

const only = process.argv[2];
const control = process.env.CONNECT_CONTROL ?? 'http://127.0.0.1:9470';
const token = process.env.CONNECT_TOKEN;
const SIZES = [
  [1280, 800],
  [900, 600],
];
const axe = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const out = new URL('../look/', import.meta.url).pathname;
mkdirSync(out, { recursive: true });

const { server, url } = await serve({ folder: 'dist-gallery', control });
const browser = await openBrowser();
let complaints = 0;

function complain(where, what) {
  complaints += 1;
  console.error(`${where}: ${what}`);
}

async function settle() {
  await browser.runAsync('const done = arguments[0]; document.fonts.ready.then(() => setTimeout(done, 350));');
}

async function check(where) {
  await browser.run(axe);
  const found = await browser.runAsync(
    // A menu floats outside the landmarks, as menus do.
    `const done = arguments[0];
     const rules = { region: { enabled: !document.querySelector('[role="menu"]') } };
     axe.run(document, { resultTypes: ['violations'], rules }).then((result) => done(result.violations.map((violation) =>
       violation.id + ' (' + violation.help + '): ' + violation.nodes.slice(0, 6).map((node) => node.target.join(' ') + ' ' +
       (node.any[0]?.message ?? '')).join(' | '))), (error) => done([String(error)]));`,
  );
  for (const violation of found) complain(where, violation);
  for (const entry of await browser.logs()) {
    if (entry.level === 'SEVERE' || /Content Security Policy/.test(entry.message)) complain(where, entry.message);
  }
}

async function look(where, { whole = false } = {}) {
  await settle();
  await browser.shoot(`${out}${where}.png`);
  if (!whole) await check(where);
}

try {
  if (only !== 'frame') {
    for (const theme of ['light', 'dark', 'contrast']) {
      for (const [width, height] of [[1280, 2300], ...(theme === 'light' ? [[900, 3200]] : [])]) {
        await browser.size(width, height);
        await browser.go(`${url}/gallery.html?theme=${theme}`);
        await look(`gallery-${theme}-${width}`);
      }
      await browser.size(1280, 800);
      for (const open of ['dialog', 'confirm', 'menu']) {
        await browser.go(`${url}/gallery.html?theme=${theme}&open=${open}`);
        await look(`gallery-${theme}-${open}`);
      }
    }
  }
  if (only !== 'gallery') {
    for (const theme of ['light', 'dark', 'contrast']) {
      for (const [width, height] of SIZES) {
        await browser.size(width, height);
        await browser.go(`${url}/?${theme}${width}#token=${token}`);
        await browser.run(`localStorage.setItem('connect.pref.theme', JSON.stringify(arguments[0]))`, theme);
        for (const panel of ['home', 'apps', 'people', 'traffic', 'settings']) {
          await browser.go(`${url}/?${theme}${width}${panel}#/${panel}`);
          await look(`${panel}-${theme}-${width}`);
        }
        for (const [name, key, code, control] of [
          ['palette', 'k', 'KeyK', true],
          ['shortcuts', 'F1', 'F1', false],
          ['presenter', 'F9', 'F9', false],
        ]) {
          await browser.go(`${url}/?${theme}${width}${name}#/home`);
          await settle();
          await browser.run(
            `window.dispatchEvent(new KeyboardEvent('keydown', { key: arguments[0], code: arguments[1], ctrlKey: arguments[2], bubbles: true, cancelable: true }))`,
            key,
            code,
            control,
          );
          await look(`frame-${name}-${theme}-${width}`);
        }
      }
    }
  }
} finally {
  await browser.close();
  server.close();
}
console.log(`screenshots in ${out}`);
if (complaints > 0) {
  console.error(`${complaints} complaints`);
  process.exit(1);
}
