// The same in a page of all rows and nothing else: what a list costs that is not drawn row by row as it is scrolled. Its
// rows are in the page's memory already, so nothing is asked of anybody.
const METHODS = ['GET', 'GET', 'GET', 'POST'];
const STATUSES = [200, 200, 200, 302, 400, 401, 403, 404];

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
// A message to the window itself is handled right after the frame that is being painted. One through a channel comes late
// in WebKit, after one or two frames more.
const task = () =>
  new Promise((resolve) => {
    addEventListener('message', () => resolve(), { once: true });
    postMessage(null);
  });
async function timed(act) {
  await new Promise((resolve) => setTimeout(resolve, 400));
  await frame();
  const started = performance.now();
  act();
  await frame();
  await task();
  return performance.now() - started;
}

const rows = Array.from({ length: given.rows }, (_, index) => ({
  at: new Date(1.7e12 + index * 137).toISOString().slice(11, 23),
  method: METHODS[index % 4],
  target: `/clinical/v1/biomarkers/me?limit=${1 + (index % 8)}&offset=${index % 300}&turn-${index}`,
  status: STATUSES[(index * 7) % 8],
  app: `App ${index % 8}`,
}));

document.body.textContent = '';
const box = document.createElement('div');
box.style.cssText = 'height: 600px; overflow-y: auto; font: 13px sans-serif';
document.body.append(box);
const drawn = [];
const open = await timed(() => {
  const all = document.createDocumentFragment();
  for (const row of rows) {
    const line = document.createElement('div');
    line.style.cssText = 'height: 28px; white-space: pre; overflow: hidden';
    line.textContent = [row.at, row.method, row.target, row.status, row.app].join('  ');
    all.append(line);
    drawn.push(line);
  }
  box.append(all);
});
const show = (fits) => {
  for (const [index, line] of drawn.entries()) line.hidden = !fits(index);
};
const end = await timed(() => (box.scrollTop = box.scrollHeight));
const filter = await timed(() => show((index) => rows[index].status >= 400));
await timed(() => show(() => true));
const text = await timed(() => show((index) => drawn[index].textContent.includes('turn-1777')));
return { open, end, filter, text };
