/** Serves a build as the console's own listener does: the same policy, `/rpc` and `/events` handed on to a sandbox. */

import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** `folder` relative to `ui/`; `control` is the base URL of a sandbox's control listener, or undefined. */
export function serve({ folder = 'dist', control, port = 0 }) {
  const root = fileURLToPath(new URL(`../${folder}/`, import.meta.url));
  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    if (control && (url.pathname === '/rpc' || url.pathname === '/events')) {
      const { origin: _, host: __, ...headers } = incoming.headers;
      const onward = request(new URL(url.pathname, control), { method: incoming.method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        outgoing.flushHeaders();
        answer.pipe(outgoing);
        // A stream whose sandbox has gone ends here too.
        answer.on('close', () => outgoing.destroy());
      });
      onward.on('error', () => outgoing.destroy());
      outgoing.on('close', () => onward.destroy());
      incoming.pipe(onward);
      return;
    }
    const file = join(root, normalize(url.pathname === '/' ? '/index.html' : url.pathname));
    if (!file.startsWith(root) || !existsSync(file) || !statSync(file).isFile()) {
      outgoing.writeHead(404).end();
      return;
    }
    outgoing.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
    });
    createReadStream(file).pipe(outgoing);
  });
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => resolve({ server, url: `http://127.0.0.1:${server.address().port}` }));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await serve({
    folder: process.argv[2] ?? 'dist',
    control: process.env.CONNECT_CONTROL ?? 'http://127.0.0.1:9470',
    port: Number(process.env.PORT ?? 5197),
  });
  console.log(url);
}
