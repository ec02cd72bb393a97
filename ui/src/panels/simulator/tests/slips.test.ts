import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Step, TamperInfo } from '../../../rpc';
import { grouped, groupOf } from '../before/slips';

/** The simulator's own list, as it stands in its source: what it can spoil, and nothing else. */
const SOURCE = join(import.meta.dirname, '../../../../../crates/connect-simulator/src/tamper');
const NAMES = readdirSync(SOURCE)
  .filter((file) => file.endsWith('.rs') && !['edit.rs', 'mod.rs'].includes(file))
  .flatMap((file) =>
    [...readFileSync(join(SOURCE, file), 'utf8').matchAll(/"([a-z][a-z0-9_]*)",\s*"[^"]+",\s*"/g)].map(
      ([, name]) => name ?? '',
    ),
  );

const slip = (name: string, title = name, about = ''): TamperInfo => ({
  name,
  step: 'token' as Step,
  title,
  about,
  moves_clock: false,
  unavailable: null,
});

describe('slips', () => {
  test('have their place, every one', () => {
    expect(NAMES.length).toBeGreaterThan(100);
    expect(NAMES.filter((name) => groupOf(name) === undefined)).toEqual([]);
    expect(grouped(NAMES.map((name) => slip(name))).flatMap(({ slips }) => slips)).toHaveLength(NAMES.length);
  });

  test('are found by title, name, description and group', () => {
    const all = [
      slip('wrong_verifier', 'Wrong verifier', 'A second tab has overwritten the session.'),
      slip('wrong_secret', 'Wrong secret', 'A secret of another environment.'),
      slip('code_twice', 'The code twice'),
    ];
    const found = (wanted: string) => grouped(all, wanted).flatMap(({ slips }) => slips.map(({ name }) => name));
    expect(found('')).toHaveLength(3);
    expect(found('second TAB')).toEqual(['wrong_verifier']);
    expect(found('authentication')).toEqual(['wrong_secret']);
    expect(found('wrong')).toEqual(['wrong_verifier', 'wrong_secret']);
    expect(found('nothing of the kind')).toEqual([]);
  });

  test('that are new are among the others until they have a place', () => {
    expect(grouped([slip('brand_new')]).map(({ title }) => title)).toEqual(['Others']);
  });
});
