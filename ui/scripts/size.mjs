/** Fails when the first load is larger than its budget: 250 KB gzip of JS and CSS, fonts 150 KB beside. */

import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET = { code: 250_000, fonts: 150_000 };
const dist = new URL('../dist/', import.meta.url);

const html = readFileSync(new URL('index.html', dist), 'utf8');
const named = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map((match) => match[1]);

// What the entry imports statically is loaded at once too.
const first = new Set(named);
for (const file of first) {
  if (!file.endsWith('.js')) continue;
  const text = readFileSync(new URL(file, dist), 'utf8');
  for (const match of text.matchAll(/(?:^|[;}\s])(?:import|export)[^'"()]*?from\s*["']\.\/([^"']+)["']/g))
    first.add(`assets/${match[1]}`);
}

const sizes = [...first].map((file) => ({
  file,
  bytes: gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length,
}));
const code = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
const assets = readdirSync(new URL('assets/', dist));
const fonts = assets
  .filter((file) => file.endsWith('.woff2'))
  .reduce((sum, file) => sum + readFileSync(new URL(`assets/${file}`, dist)).length, 0);

for (const { file, bytes } of sizes.sort((a, b) => b.bytes - a.bytes))
  console.log(`${String(bytes).padStart(8)}  ${file}`);
console.log(`${String(code).padStart(8)}  JS and CSS at first load, gzip (budget ${BUDGET.code})`);
console.log(`${String(fonts).padStart(8)}  fonts (budget ${BUDGET.fonts})`);
const later = assets
  .filter((file) => /\.(js|css)$/.test(file) && !first.has(`assets/${file}`))
  .map((file) => ({ file, bytes: gzipSync(readFileSync(new URL(`assets/${file}`, dist)), { level: 9 }).length }));
console.log(
  `${String(later.reduce((sum, { bytes }) => sum + bytes, 0)).padStart(8)}  loaded when first needed, in ${later.length} files`,
);

if (code > BUDGET.code || fonts > BUDGET.fonts) {
  console.error('Over the budget.');
  process.exit(1);
}
