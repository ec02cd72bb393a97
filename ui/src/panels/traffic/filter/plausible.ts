/**
 * Whether the sandbox will likely understand a text: then it is listed without asking first. It errs on the side of
 * asking; the sandbox alone says what is wrong.
 */

import type { KnownField } from './suggest';
import { partsOf } from './text';

const VALUES: Record<string, RegExp> = {
  status: /^([1-5]xx|[1-5]\d\d|none)$/i,
  took: /^\d{1,9}(\.\d{1,3})?(us|ms|s|m)?$/i,
  size: /^\d{1,9}(\.\d{1,3})?(b|kb|mb)?$/i,
  before: /^(\d{1,6}(ms|s|m|h|d)|\d{4}-\d\d-\d\d)$/i,
  after: /^(\d{1,6}(ms|s|m|h|d)|\d{4}-\d\d-\d\d)$/i,
};

export function plausible(text: string, fields: readonly KnownField[]): boolean {
  let depth = 0;
  /** A condition must come next. */
  let open = true;
  for (const part of partsOf(text)) {
    const source = text.slice(part.start, part.end);
    switch (part.kind) {
      case 'open':
        depth += 1;
        open = true;
        break;
      case 'close':
        depth -= 1;
        if (depth < 0 || open) return false;
        break;
      case 'and':
      case 'or':
        if (open) return false;
        open = true;
        break;
      case 'not':
        open = true;
        break;
      case 'text':
        if (!/[\p{L}\p{N}]/u.test(part.value ?? '') || (source.startsWith('"') && !/^".*"$/s.test(source)))
          return false;
        open = false;
        break;
      case 'field': {
        const field = fields.find(({ name, aliases }) => name === part.field || aliases.includes(part.field ?? ''));
        const value = part.value ?? '';
        const operator = text.slice(part.start + (part.field?.length ?? 0), part.valueStart).replace(/^=$/, ':');
        if (!field || value === '' || !field.operators.includes(operator)) return false;
        if (field.name === 'is' && !field.values.some((one) => one.value === value.toLowerCase())) return false;
        if (VALUES[field.name]?.test(value) === false) return false;
        if (field.name === 'status' && operator !== ':' && !/^\d{3}$/.test(value)) return false;
        if (/^"/.test(text.slice(part.valueStart)) && !source.endsWith('"')) return false;
        open = false;
      }
    }
  }
  return depth === 0 && !open;
}
