/** The tiers of the console: who may import whom. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const src = join(import.meta.dirname, '../src');

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return files(path);
    return /\.(ts|svelte|css)$/.test(name) && !name.endsWith('.test.ts') ? [path] : [];
  });
}

interface Import {
  /** From `src/`: `panels/apps/Apps.svelte`. */
  readonly file: string;
  /** A path from `src/`, or the name of a package. */
  readonly target: string;
}

const imports: Import[] = files(src).flatMap((path) => {
  const text = readFileSync(path, 'utf8');
  const specifiers = [
    ...text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g),
    ...text.matchAll(/@import\s+['"]([^'"]+)['"]/g),
  ].map((match) => match[1] as string);
  return specifiers.map((specifier) => ({
    file: relative(src, path),
    target: specifier.startsWith('.')
      ? normalize(join(relative(src, dirname(path)), specifier))
      : specifier.replace(/^\$\//, ''),
  }));
});

const tier = (path: string) => path.split('/')[0] ?? '';
const panelOf = (path: string) => (/^panels\/([^/]+)\//.exec(`${path}/`) ?? [])[1];
const wrong = (rule: (one: Import) => boolean) =>
  imports.filter(rule).map(({ file, target }) => `${file} imports ${target}`);
const TIERS = ['platform', 'rpc', 'shared', 'wire', 'panels', 'app', 'gallery'];
const ours = (target: string) => TIERS.includes(tier(target));

describe('imports', () => {
  test('are found at all', () => {
    expect(imports.length).toBeGreaterThan(200);
    expect(new Set(imports.map(({ file }) => tier(file)))).toEqual(new Set([...TIERS, 'main.ts']));
  });

  test('of Tauri are in the platform only', () => {
    expect(wrong(({ file, target }) => target.startsWith('@tauri-apps/') && tier(file) !== 'platform')).toEqual([]);
  });

  test('of the platform stay within it', () => {
    expect(
      wrong(({ file, target }) => tier(file) === 'platform' && ours(target) && tier(target) !== 'platform'),
    ).toEqual([]);
  });

  test('of rpc reach the platform only', () => {
    expect(
      wrong(({ file, target }) => tier(file) === 'rpc' && ours(target) && !['rpc', 'platform'].includes(tier(target))),
    ).toEqual([]);
  });

  test('of shared reach nothing of ours', () => {
    expect(wrong(({ file, target }) => tier(file) === 'shared' && ours(target) && tier(target) !== 'shared')).toEqual(
      [],
    );
  });

  test('of wire reach shared and rpc', () => {
    expect(
      wrong(
        ({ file, target }) =>
          tier(file) === 'wire' && ours(target) && !['wire', 'shared', 'rpc'].includes(tier(target)),
      ),
    ).toEqual([]);
  });

  test('of panels reach wire, shared and rpc, and never another panel', () => {
    expect(
      wrong(({ file, target }) => {
        const panel = panelOf(file);
        if (!panel || file.split('/').length < 3 || !ours(target)) return false;
        if (['wire', 'shared', 'rpc'].includes(tier(target))) return false;
        // What a panel is stands beside the panels.
        if (/^panels\/panel(\.ts)?$/.test(target)) return false;
        return panelOf(target) !== panel;
      }),
    ).toEqual([]);
  });

  test('of the gallery are nobody else’s', () => {
    expect(wrong(({ file, target }) => tier(target) === 'gallery' && tier(file) !== 'gallery')).toEqual([]);
  });
});

describe('the content security policy', () => {
  test.each(files(src).filter((path) => path.endsWith('.svelte')))(
    '%s has no inline style and no raw markup',
    (path) => {
      const markup = readFileSync(path, 'utf8')
        .replace(/<style[\s\S]*?<\/style>/g, '')
        .replace(/<!--[\s\S]*?-->/g, '');
      expect(markup).not.toMatch(/\{@html/);
      expect(markup).not.toMatch(/\sstyle=/);
    },
  );

  test('no built-in is asked to write markup', () => {
    for (const path of files(src).filter((path) => /\.(ts|svelte)$/.test(path))) {
      expect(readFileSync(path, 'utf8'), path).not.toMatch(
        /\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write)\b/,
      );
    }
  });
});
