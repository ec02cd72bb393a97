/** What has the focus may go away; the focus may not. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepFocus } from '../src/app/focus';

let stop: () => void;
beforeEach(() => {
  stop = keepFocus();
});
afterEach(() => {
  stop();
  document.body.replaceChildren();
});

const show = (markup: string) => {
  document.body.innerHTML = markup;
};
const at = (id: string) => document.getElementById(id) as HTMLElement;
/** The observer is told, then a frame is drawn. */
const settled = () => new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done))));

test('what takes the place of a button has the focus next', async () => {
  show('<button id="a">A</button><p><button id="apply">Apply</button></p><button id="b">B</button>');
  at('apply').focus();
  at('apply').outerHTML = '<button id="approve">Approve</button>';
  await settled();
  expect(document.activeElement).toBe(at('approve'));
});

test('else what stands behind it, else what stands before', async () => {
  show(
    '<main><ul><li id="one"><a href="#1" id="first">1</a></li><li id="two"><a href="#2" id="second">2</a></li></ul></main>',
  );
  at('first').focus();
  at('one').remove();
  await settled();
  expect(document.activeElement).toBe(at('second'));
  show(
    '<main><div><button id="tab">Tab</button><button>Other</button></div><div id="bar"><button id="save">Save</button></div></main>',
  );
  at('save').focus();
  at('bar').remove();
  await settled();
  expect(document.activeElement).toBe(at('tab'));
});

test('in a panel that has nothing to focus yet, the panel has it, not what stands outside', async () => {
  show('<main tabindex="-1" id="main"><form><input id="name" /></form></main><footer><button>Keys</button></footer>');
  at('name').focus();
  at('main').innerHTML = '<p aria-busy="true">…</p>';
  await settled();
  expect(document.activeElement).toBe(at('main'));
});

test('after a dialog that was opened from a menu, the button of the menu has it', async () => {
  show(
    '<main><button id="more">More</button></main><div id="menu" role="menu"><div role="menuitem" tabindex="-1" id="item"></div></div>',
  );
  at('more').focus();
  at('item').focus();
  at('menu').remove();
  document.body.insertAdjacentHTML(
    'beforeend',
    '<div id="dialog" role="dialog" tabindex="-1"><button id="yes">Yes</button></div>',
  );
  at('yes').focus();
  at('dialog').remove();
  await settled();
  expect(document.activeElement).toBe(at('more'));
});

test('a button that waits has it again when it may be pressed again', async () => {
  show('<button id="show">Show</button><button>Copy</button>');
  const button = at('show') as HTMLButtonElement;
  button.focus();
  button.blur();
  button.disabled = true;
  await settled();
  expect(document.activeElement).toBe(document.body);
  button.disabled = false;
  await settled();
  expect(document.activeElement).toBe(button);
});

test('so has one that was off for less than a frame', async () => {
  show('<main><button id="show">Show</button></main>');
  const button = at('show') as HTMLButtonElement;
  button.focus();
  button.blur();
  button.disabled = true;
  button.disabled = false;
  await settled();
  expect(document.activeElement).toBe(button);
});

test('one that can no longer be pressed passes it on', async () => {
  show('<main><button id="save">Save</button><button id="undo">Undo</button></main>');
  const button = at('save') as HTMLButtonElement;
  button.focus();
  button.blur();
  button.disabled = true;
  await vi.waitFor(() => expect(document.activeElement).toBe(at('undo')));
});

test('who presses beside everything has let it go', async () => {
  show('<button id="a">A</button><p id="p"></p>');
  at('a').focus();
  at('a').blur();
  at('p').append('more');
  await settled();
  expect(document.activeElement).toBe(document.body);
});
