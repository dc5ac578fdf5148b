import { ProblemError } from '@tidegate/contracts/kernel/problem';

/*
 * Work that runs in a thread because a customer decides its size. Each capability declares its tasks beside
 * the function that does them; `compute` lists them all for the worker's file, since only that file loads them there.
 */
export interface ThreadTask<Input, Result> {
  readonly name: string;
  readonly run: (input: Input) => Result | Promise<Result>;
}

export const threadTask = <Input, Result>(
  name: string,
  run: (input: Input) => Result | Promise<Result>,
): ThreadTask<Input, Result> => ({ name, run });

/** What a thread is sent. */
export interface Assignment {
  name: string;
  input: unknown;
}

/** A refusal crosses threads as the document that it is. */
export type Outcome = { result: unknown } | { refused: ReturnType<ProblemError['toDocument']> };

/** The worker's side: does what is one of these tasks. */
export function doing(tasks: readonly ThreadTask<never, unknown>[]): (assignment: Assignment) => Promise<Outcome> {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  return async ({ name, input }) => {
    const task = byName.get(name);
    if (!task) throw new Error(`The worker has no task "${name}": list it in compute/.`);
    try {
      return { result: await task.run(input as never) };
    } catch (error) {
      if (error instanceof ProblemError) return { refused: error.toDocument() };
      throw error;
    }
  };
}
