import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHECK_NAMES, checkWords } from './checks';

/** Where the platform's checks stand: services, identity, and what both are made of. */
const CRATES = join(import.meta.dirname, '../../../crates');
const SOURCES = ['connect-core', 'connect-identity', 'connect-services', 'connect-wire'].map((name) =>
  join(CRATES, name, 'src'),
);
SOURCES.push(join(CRATES, 'connect-app/src/platform'));

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.rs') && !/(^|[\\/])tests(\.rs$|[\\/])/.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8').split('#[cfg(test)]\nmod tests {')[0] ?? '');
}

/** `check("x", …)`, `passed("x")`, `Refusal::new("x", …)`, `passed.extend(["x", "y"])`. */
const NOTED =
  /(?<![a-z_])(?:check|passed|passed\.push|passed\.extend|refused?|Refusal::new|refusal|note|Self::new)\(\s*(?:\[\s*)?((?:"[a-z][a-z0-9_]*[a-z0-9]"(?:\s*,\s*(?="|\])|))+)/g;

const NAMES = new Set(
  SOURCES.flatMap(sources).flatMap((text) =>
    [...text.matchAll(NOTED)].flatMap(([, names]) =>
      [...(names ?? '').matchAll(/"(\w+)"/g)].map(([, name]) => name ?? ''),
    ),
  ),
);

describe('the checks of the platform', () => {
  test('have a sentence, every one', () => {
    expect(NAMES.size).toBeGreaterThan(90);
    expect(NAMES).toContain('code_verifier_matches');
    expect(NAMES).toContain('refresh_token_unexpired');
    expect([...NAMES].filter((name) => !CHECK_NAMES.includes(name)).sort()).toEqual([]);
  });

  test('are there, each that has a sentence', () => {
    expect(CHECK_NAMES.filter((name) => !NAMES.has(name))).toEqual([]);
  });

  test('are worded so that it is right whether they passed or failed', () => {
    for (const name of CHECK_NAMES) expect(checkWords(name)).toMatch(/^whether /);
  });
});
