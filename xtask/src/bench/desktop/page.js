// Run in the console's page: does what a person does, and takes the time until the right rows are painted.
const LIST = '[role="grid"][aria-label="Exchanges"]';
const PATIENCE_MS = 60_000;

const call = window.__TAURI_INTERNALS__
  ? (cmd, payload) => window.__TAURI_INTERNALS__.invoke('rpc', { cmd, payload })
  : async (cmd, payload) => {
      const authorization = `Bearer ${sessionStorage.getItem('connect.token')}`;
      const headers = { 'content-type': 'application/json', authorization };
      const response = await fetch('/rpc', { method: 'POST', headers, body: JSON.stringify({ cmd, payload }) });
      if (!response.ok) throw new Error(await response.text());
      return response.json();
    };

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
// A message to the window itself is handled right after the frame that is being painted. One through a channel comes late
// in WebKit, after one or two frames more.
const task = () =>
  new Promise((resolve) => {
    addEventListener('message', () => resolve(), { once: true });
    postMessage(null);
  });

/** The moment after the first frame that is painted with what is wanted; `lacks` says what is missing, or nothing. */
async function painted(lacks) {
  const began = performance.now();
  for (;;) {
    await frame();
    const lacking = lacks();
    if (!lacking) {
      await task();
      return performance.now();
    }
    if (performance.now() - began > PATIENCE_MS) throw new Error(`never painted: ${lacking}`);
  }
}

/** Nothing goes on that a person would have waited for. */
async function idle() {
  await new Promise((resolve) => setTimeout(resolve, 400));
  await frame();
}

const list = () => document.querySelector(LIST);
const link = (title) =>
  [...document.querySelectorAll('nav[aria-label="Panels"] a')].find((one) => one.textContent.trim() === title);

/** What the sandbox says the rows are, and how long it took to say so. */
async function expected(query, at) {
  const size = 120;
  const started = performance.now();
  // As many as the panel asks for with a filter (`FIRST_ROWS` of its rows).
  const newest = await call('traffic_list', { query, order: 'newest', limit: 60 });
  let alone = performance.now() - started;
  const { matching } = newest;
  if (at === 'end') {
    const rows = newest.exchanges.reverse();
    return { matching, from: matching - rows.length, rows, alone };
  }
  const from = at === 'start' ? 0 : Math.max(0, Math.floor(matching / 2) - size / 2);
  const again = performance.now();
  const { exchanges } = await call('traffic_list', { query, order: 'oldest', offset: from, limit: size });
  alone = performance.now() - again;
  return { matching, from, rows: exchanges, alone };
}

/** What is missing of the rows that should be in sight; nothing when all are there. */
function lacking(wanted, at) {
  const grid = list();
  if (!grid) return 'the list';
  if (grid.getAttribute('aria-rowcount') !== String(wanted.matching + 1)) return `${wanted.matching} rows`;
  const box = grid.getBoundingClientRect();
  const top = grid.querySelector('[role="columnheader"]').parentElement.getBoundingClientRect().bottom;
  const seen = [...grid.querySelectorAll('[data-place]')].filter((row) => {
    const { top: above, bottom: below } = row.getBoundingClientRect();
    return below > top + 1 && above < box.bottom - 1;
  });
  const room = Math.floor((box.bottom - top) / (seen[0]?.getBoundingClientRect().height || 28));
  if (seen.length < Math.min(room, wanted.matching)) return `${room} rows in sight, there are ${seen.length}`;
  for (const [index, row] of seen.entries()) {
    const place = Number(row.dataset.place);
    if (index === 0 && at === 'start' && place !== 0) return 'the first row';
    if (index === seen.length - 1 && at === 'end' && place !== wanted.matching - 1) return 'the last row';
    const is = wanted.rows[place - wanted.from];
    const target = row.querySelector('.target');
    if (!is || target?.title !== is.target) return `row ${place} as it is`;
    if (!row.textContent.includes(is.method) || !row.textContent.includes(String(is.status))) return `row ${place}`;
  }
  return null;
}

/** Does something, and gives the milliseconds until the rows are painted, beside those of the command alone. */
async function timed(query, at, act) {
  const wanted = await expected(query, at);
  await idle();
  const started = performance.now();
  act();
  const ended = await painted(() => lacking(wanted, at));
  return { ms: ended - started, alone: wanted.alone, matching: wanted.matching };
}

const press = (element, key) =>
  element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));

async function type(text) {
  const field = document.querySelector('input[aria-label="Filter"]');
  field.focus();
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, text);
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  // What the last letter changes is drawn; less than the pause after which a text is tried without Enter.
  await frame();
  await frame();
  return field;
}

const steps = {
  /** Away from the panel. */
  async leave() {
    await painted(() => (link('Home') ? null : 'the rail'));
    link('Home').click();
    await painted(() => (list() ? 'another panel' : null));
    await idle();
    return {};
  },
  open: () => timed('', 'end', () => link('Traffic').click()),
  async start() {
    list().focus();
    return timed('', 'start', () => press(list(), 'Home'));
  },
  async end() {
    list().focus();
    return timed('', 'end', () => press(list(), 'End'));
  },
  middle() {
    const grid = list();
    return timed('', 'middle', () => (grid.scrollTop = (grid.scrollHeight - grid.clientHeight) / 2));
  },
  async filter({ text }) {
    const wanted = await expected(text, 'end');
    await idle();
    const field = await type(text);
    const started = performance.now();
    press(field, 'Enter');
    const ended = await painted(() => lacking(wanted, 'end'));
    return { ms: ended - started, alone: wanted.alone, matching: wanted.matching };
  },
  async clear() {
    const field = document.querySelector('input[aria-label="Filter"]');
    field.focus();
    return timed('', 'end', () => document.querySelector('button[aria-label="Clear the filter"]').click());
  },
};

return steps[given.step](given);
