/** How a field tells the control inside it which label, hint and error are its own. */

import { getContext, setContext } from 'svelte';

export interface FieldContext {
  readonly id: string;
  readonly describedBy: string | undefined;
  readonly invalid: boolean;
  readonly required: boolean;
}

const KEY = Symbol('field');

export const provideField = (field: FieldContext): FieldContext => setContext(KEY, field);
export const useField = (): FieldContext | undefined => getContext<FieldContext | undefined>(KEY);
