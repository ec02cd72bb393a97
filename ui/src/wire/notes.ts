/** Findings and facts of an exchange, which the command surface hands on as they were noted. */

export interface Finding {
  readonly name: string;
  readonly message: string;
  readonly clause: string;
  readonly standing: StandingWord;
}

export interface Fact {
  readonly name: string;
  readonly value: string;
}

export type StandingWord = 'documented' | 'standard' | 'assumed';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

export function standing(value: unknown): StandingWord {
  return value === 'documented' || value === 'standard' ? value : 'assumed';
}

export function findings(list: readonly unknown[]): Finding[] {
  return list.map((one) => {
    const { name, message, clause } = record(one);
    const { source, standing: word } = record(clause);
    return {
      name: text(name),
      message: text(message),
      clause: typeof clause === 'string' ? clause : text(source),
      standing: standing(word),
    };
  });
}

export function facts(list: readonly unknown[]): Fact[] {
  return list.map((one) => ({ name: text(record(one)['name']), value: text(record(one)['value']) }));
}

export interface TimingNotes {
  readonly head_us: number;
  readonly body_us: number;
  readonly answered_us: number;
  readonly done_us: number;
}

export function timing(value: unknown): TimingNotes {
  const given = record(value);
  const us = (name: string) => (typeof given[name] === 'number' ? (given[name] as number) : 0);
  return { head_us: us('head_us'), body_us: us('body_us'), answered_us: us('answered_us'), done_us: us('done_us') };
}
