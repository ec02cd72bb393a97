/** Parameters of a redirect, and bytes of an answer of ours. */

export interface Parameter {
  /** Decoded. */
  readonly name: string;
  /** Decoded; markers of credentials stay as they are. */
  readonly value: string;
}

/** Parameters of a query (`application/x-www-form-urlencoded`), in their order. */
export function parameters(text: string): Parameter[] {
  return text.split('&').flatMap((pair) => {
    if (pair === '') return [];
    const equals = pair.indexOf('=');
    return [
      {
        name: decoded(equals < 0 ? pair : pair.slice(0, equals)),
        value: decoded(equals < 0 ? '' : pair.slice(equals + 1)),
      },
    ];
  });
}

function decoded(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

/** Base64 as bytes. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
