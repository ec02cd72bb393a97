/**
 * A reader for long texts: only the lines in sight are in the page. It lives in a shadow root, where its styles are
 * constructed sheets, so that the page needs no inline style. Loaded when the first body is looked at.
 */

import { defaultKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { codeFolding, foldGutter, foldKeymap, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { highlightSelectionMatches, openSearchPanel, search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  MatchDecorator,
  ViewPlugin,
  type DecorationSet,
  type ViewUpdate,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';

export interface Shown {
  readonly text: string;
  readonly json: boolean;
  readonly wrap: boolean;
  /** For the ear. */
  readonly label: string;
}

export interface Reader {
  show(next: Shown): void;
  find(): void;
  destroy(): void;
}

const theme = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'var(--sunken)', fontSize: '0.75rem' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--font-mono)',
    lineHeight: '1.5',
    maxHeight: '40rem',
    overflow: 'auto',
    scrollbarWidth: 'thin',
    scrollbarColor: 'var(--line-strong) transparent',
  },
  '.cm-content': { padding: '0.5rem 0', caretColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'var(--sunken)', color: 'var(--faint)', border: '0', paddingLeft: '0.25rem' },
  '.cm-foldGutter .cm-gutterElement': { padding: '0 0.25rem', cursor: 'default' },
  '.cm-foldPlaceholder': {
    backgroundColor: 'var(--press)',
    border: '0',
    color: 'var(--soft)',
    padding: '0 0.375rem',
    borderRadius: '0.1875rem',
  },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground, .cm-content ::selection': {
    backgroundColor: 'var(--accent-line)',
  },
  '.cm-selectionMatch': { backgroundColor: 'var(--accent-tint)' },
  '.cm-searchMatch': { backgroundColor: 'var(--mark)', color: 'var(--mark-ink)' },
  '.cm-searchMatch-selected': { outline: '0.125rem solid var(--accent)' },
  '.cm-credential': { backgroundColor: 'var(--accent-tint)', borderRadius: '0.1875rem', padding: '0 0.125rem' },
  '.cm-specialChar': { color: 'var(--bad)' },
  '.cm-panels': {
    backgroundColor: 'var(--raised)',
    color: 'var(--ink)',
    borderBottom: '0.0625rem solid var(--line)',
    fontFamily: 'var(--font)',
  },
  '.cm-panel.cm-search': { padding: '0.375rem 1.75rem 0.375rem 0.5rem' },
  '.cm-panel.cm-search label': { fontSize: '0.75rem' },
  '.cm-panel.cm-search [name=close]': { color: 'var(--soft)', fontSize: '1.125rem', right: '0.375rem' },
  '.cm-textfield': {
    backgroundColor: 'var(--surface)',
    color: 'var(--ink)',
    border: '0.0625rem solid var(--edge)',
    borderRadius: '0.3125rem',
    padding: '0.125rem 0.375rem',
  },
  '.cm-textfield:focus-visible, .cm-button:focus-visible, .cm-panel.cm-search [name=close]:focus-visible': {
    outline: 'var(--ring-width) solid var(--accent)',
  },
  '.cm-button': {
    backgroundImage: 'none',
    backgroundColor: 'var(--surface)',
    color: 'var(--ink)',
    border: '0.0625rem solid var(--line-strong)',
    borderRadius: '0.3125rem',
    padding: '0.125rem 0.5rem',
  },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--note)' },
  { tag: tags.string, color: 'var(--good)' },
  { tag: tags.number, color: 'var(--accent)' },
  { tag: [tags.bool, tags.null], color: 'var(--phi)' },
]);

const credential = new MatchDecorator({
  regexp: /\[[a-z][a-z0-9_]* [0-9a-f]{8}\]/g,
  decoration: Decoration.mark({ class: 'cm-credential' }),
});
const credentials = ViewPlugin.fromClass(
  class {
    found: DecorationSet;
    constructor(view: EditorView) {
      this.found = credential.createDeco(view);
    }
    update(update: ViewUpdate) {
      this.found = credential.updateDeco(update, this.found);
    }
  },
  { decorations: (plugin) => plugin.found },
);

export function openReader(place: HTMLElement, first: Shown): Reader {
  const root = place.shadowRoot ?? place.attachShadow({ mode: 'open' });
  const parent = document.createElement('div');
  root.replaceChildren(parent);
  const language = new Compartment();
  const wrapping = new Compartment();
  const label = new Compartment();
  const settings = (shown: Shown) => [
    language.of(shown.json ? json() : []),
    wrapping.of(shown.wrap ? EditorView.lineWrapping : []),
    label.of(EditorView.contentAttributes.of({ 'aria-label': shown.label, 'aria-readonly': 'true', tabindex: '0' })),
  ];
  const state = (shown: Shown) =>
    EditorState.create({
      doc: shown.text,
      extensions: [
        settings(shown),
        EditorState.readOnly.of(true),
        lineNumbers(),
        foldGutter(),
        codeFolding(),
        highlightSpecialChars(),
        highlightSelectionMatches(),
        syntaxHighlighting(colours),
        search({ top: true }),
        credentials,
        keymap.of([...searchKeymap, ...foldKeymap, ...defaultKeymap]),
        theme,
      ],
    });
  const view = new EditorView({ parent, root, state: state(first) });
  let shown = first;
  return {
    show(next) {
      if (next.text !== shown.text || next.json !== shown.json) {
        view.setState(state(next));
      } else {
        view.dispatch({
          effects: [
            wrapping.reconfigure(next.wrap ? EditorView.lineWrapping : []),
            label.reconfigure(
              EditorView.contentAttributes.of({ 'aria-label': next.label, 'aria-readonly': 'true', tabindex: '0' }),
            ),
          ],
        });
      }
      shown = next;
    },
    find() {
      openSearchPanel(view);
    },
    destroy() {
      view.destroy();
    },
  };
}
