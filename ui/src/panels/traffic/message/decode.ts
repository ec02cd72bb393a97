/** Forms, queries and JSON, decoded for reading. */

export interface Parameter {
  /** Decoded. */
  readonly name: string;
  /** Decoded; markers of credentials stay as they are. */
  readonly value: string;
  /** It was there before under the same name. */
  readonly again: boolean;
  /** A percent sign that is not followed by two hexadecimal digits, or bytes that are not UTF-8. */
  readonly broken: boolean;
}

/** Parameters of a query or a form (`application/x-www-form-urlencoded`), in their order. */
export function parameters(text: string): Parameter[] {
  if (text === '') return [];
  const seen = new Set<string>();
  return text.split('&').flatMap((pair) => {
    if (pair === '') return [];
    const equals = pair.indexOf('=');
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
    const value = decoded(equals < 0 ? '' : pair.slice(equals + 1));
    const again = seen.has(name.text);
    seen.add(name.text);
    return [{ name: name.text, value: value.text, again, broken: name.broken || value.broken }];
  });
}

function decoded(text: string): { text: string; broken: boolean } {
  const spaced = text.replaceAll('+', ' ');
  try {
    return { text: decodeURIComponent(spaced), broken: false };
  } catch {
    return { text: spaced, broken: true };
  }
}

/** What a body is, by its media type and its text. */
export type BodyKind = 'none' | 'json' | 'form' | 'html' | 'binary' | 'text';

export function kindOf(type: string, body: string): BodyKind {
  if (body === '') return 'none';
  if (/[/+]json$/.test(type)) return 'json';
  if (type === 'application/x-www-form-urlencoded') return 'form';
  if (type === 'text/html') return 'html';
  if (/^(image|audio|video|font)\//.test(type) || type === 'application/octet-stream') return 'binary';
  // A replacement character stands for bytes that are not UTF-8, a zero for no text at all.
  if (/[\u0000\ufffd]/.test(body.slice(0, 4096))) return 'binary';
  if (type === '' && /^\s*[[{]/.test(body) && pretty(body) !== null) return 'json';
  return 'text';
}

/** JSON with two blanks of indent; null when it is not JSON. Numbers and keys keep their spelling and their order. */
export function pretty(text: string): string | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  // JSON.parse would round large numbers and drop repeated keys: only blanks are changed.
  let out = '';
  let depth = 0;
  let at = 0;
  const line = () => `\n${'  '.repeat(depth)}`;
  while (at < text.length) {
    const letter = text[at] as string;
    if (letter === '"') {
      const end = stringEnd(text, at);
      out += text.slice(at, end);
      at = end;
      continue;
    }
    if (letter === '{' || letter === '[') {
      const close = /\S/.exec(text.slice(at + 1, at + 4096));
      if (close && (close[0] === '}' || close[0] === ']')) {
        out += letter + close[0];
        at += close.index + 2;
        continue;
      }
      depth += 1;
      out += letter + line();
    } else if (letter === '}' || letter === ']') {
      depth -= 1;
      out += line() + letter;
    } else if (letter === ',') {
      out += letter + line();
    } else if (letter === ':') {
      out += ': ';
    } else if (!/\s/.test(letter)) {
      out += letter;
    }
    at += 1;
  }
  return out;
}

function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** Base64 as bytes. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
