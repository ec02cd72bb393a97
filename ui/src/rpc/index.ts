/** The control surface for panels: commands, live queries, failures. */

export { call, type Answer, type Input, type Request } from './call';
export { connection, onChanges, onHostAction, startChanges, touch, type Hear } from './changes.svelte';
export { asFailure, flawsOf, type Failure, type FailureCode, type Flaw } from './errors';
export { desktop } from './host';
export { forgetAnswers, mutate, mutation, query, type Mutation, type Query, type QueryOptions } from './query.svelte';
export {
  COMMANDS,
  type CommandName,
  type Commands,
  type HostCommandName,
  type HostCommands,
} from './generated/commands';
export type * from './generated/types';
