/** How a command fails, as the console sees it: the sandbox's closed codes and two of our own. */

import { PlatformError } from '../platform';
import type { ErrorCode } from './generated/types';

/** `offline`: nothing answered. `protocol`: something answered that is not the sandbox. */
export type FailureCode = ErrorCode | 'offline' | 'protocol';

/** A failed command. Panels match `code`, never the message. */
export interface Failure {
  readonly code: FailureCode;
  /** What was wrong and what to do, for people. */
  readonly message: string;
  readonly detail: unknown;
}

/** A rule that a value breaks (`detail.flaws` of an `invalid`). */
export interface Flaw {
  readonly field: string;
  readonly message: string;
}

const CODES: Record<FailureCode, true> = {
  bad_request: true,
  unknown_command: true,
  not_found: true,
  conflict: true,
  invalid: true,
  not_confirmed: true,
  unauthorized: true,
  forbidden: true,
  key_unavailable: true,
  unavailable: true,
  internal: true,
  offline: true,
  protocol: true,
};

const isCode = (code: string): code is FailureCode => Object.hasOwn(CODES, code);

/** Whatever was thrown, as a failure. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof PlatformError) {
    return { code: isCode(thrown.code) ? thrown.code : 'internal', message: thrown.message, detail: thrown.detail };
  }
  if (isFailure(thrown)) return thrown;
  return { code: 'internal', message: thrown instanceof Error ? thrown.message : String(thrown), detail: null };
}

function isFailure(value: unknown): value is Failure {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    'message' in value &&
    typeof value.code === 'string' &&
    isCode(value.code)
  );
}

/** The broken rules that an `invalid` names, by field; none for other failures. */
export function flawsOf(failure: Failure | null | undefined): Record<string, string> {
  const detail = failure?.detail;
  if (failure?.code !== 'invalid' || typeof detail !== 'object' || detail === null || !('flaws' in detail)) return {};
  const flaws = Array.isArray(detail.flaws) ? detail.flaws : [];
  const byField: Record<string, string> = {};
  for (const flaw of flaws) {
    if (typeof flaw !== 'object' || flaw === null) continue;
    const { field, message } = flaw as Partial<Flaw>;
    if (typeof field === 'string' && typeof message === 'string') byField[field] ??= message;
  }
  return byField;
}
