/** A picture as a `data:` URL. */

/** Bytes. A logo is shown at 40 px: more than this is a mistake. */
export const LARGEST_LOGO = 128 * 1024;

const KINDS: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  svg: 'image/svg+xml',
  webp: 'image/webp',
  gif: 'image/gif',
};

/** Null when the file's name is not that of a picture. */
export function dataUrl(name: string, content: Uint8Array): string | null {
  const kind = KINDS[/\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''];
  if (!kind) return null;
  let text = '';
  for (const byte of content) text += String.fromCharCode(byte);
  return `data:${kind};base64,${btoa(text)}`;
}

/** An SVG as a `data:` URL, for an `<img>`: nothing in it runs there. */
export const svgUrl = (svg: string): string => `data:image/svg+xml,${encodeURIComponent(svg)}`;
