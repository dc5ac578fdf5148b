import { AsyncLocalStorage } from 'node:async_hooks';
import { Log } from '@tidegate/telemetry/log';

/*
 * One flow, one connection. A flow that holds a connection and waits for a second one of the same pool waits for others
 * that do the same: eight at once in a pool of eight deadlock. A flow that waits for the network holds its connection
 * for as long as somebody else's server takes. So both are refused: development and tests throw, production logs each
 * place once and continues.
 */

/** Whether one transaction holds a connection. It is followed through everything that its work awaits. */
export class Hold {
  held = false;
  ended = false;
  private readonly outer: Hold | undefined;

  constructor() {
    let outer = flow.getStore();
    while (outer?.ended) outer = outer.outer;
    this.outer = outer;
  }

  around<T>(work: () => T): T {
    return flow.run(this, work);
  }

  get heldAnywhere(): boolean {
    return this.held || (this.outer?.heldAnywhere ?? false);
  }
}

const flow = new AsyncLocalStorage<Hold | undefined>();
const reported = new Set<string>();

/** Whether the work that runs now holds a connection. */
export const holdsConnection = (): boolean => flow.getStore()?.heldAnywhere ?? false;

/** To be called before anything that takes a connection or waits for the network. */
export function refuseWhileHeld(what: string): void {
  if (!holdsConnection()) return;
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = DEEP;
  const error = new SecondWait(what);
  Error.stackTraceLimit = stackTraceLimit;
  if (process.env['NODE_ENV'] !== 'production') throw error;
  const place = placeOf(error);
  if (reported.has(place)) return;
  reported.add(place);
  new Log().error({ error, place }, 'A transaction waits for something else while it holds its connection');
}

/** Allows one wait that is bounded otherwise. The reason is for readers of the code. */
export const evenWhileHeld = <T>(_reason: string, work: () => T): T => flow.run(undefined, work);

class SecondWait extends Error {
  override readonly name = 'SecondWait';

  constructor(what: string) {
    super(
      `${what} while this flow holds a connection in a transaction. Use the transaction that is there (tx.as), do it before the first query or after the commit, or throw AskFirst.`,
    );
  }
}

const OURS = /libs.(database|messaging).(?!.*\.test\.)|node:|node_modules|<anonymous>/;
/** Enough to reach the handler through the libraries. */
const DEEP = 40;

/** The first line of the stack that is not of the libraries. */
function placeOf({ stack = '' }: Error): string {
  const lines = stack.split('\n').slice(1);
  return (lines.find((line) => !OURS.test(line)) ?? lines[0] ?? '').trim();
}
