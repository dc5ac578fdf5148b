import type { NatsConnection } from '@nats-io/nats-core';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Input, Operation, Output } from '@tidegate/contracts/kernel/operation';
import {
  COMMON_PROBLEMS,
  fieldErrors,
  notFound,
  ProblemError,
  validationFailed,
} from '@tidegate/contracts/kernel/problem';
import { liveTopics, operations } from '@tidegate/contracts/kernel/registry';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import { CallerTokens } from '@tidegate/messaging/caller-token';
import { connectNats } from '@tidegate/messaging/nats';
import { OperationServer } from '@tidegate/messaging/operation-server';
import { SecretSealer } from '@tidegate/messaging/sealer';
import type { Settings } from '@tidegate/runtime/settings';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { exampleOf } from '../src/documents/examples.ts';
import { bookOf } from '../src/documents/openapi.ts';

type Answer = (input: never, caller: Caller) => unknown;

const book = bookOf(operations(), liveTopics());
/** A possible answer of the operation: its example. */
export const answerOf = <Op extends Operation>(operation: Op): Output<Op> =>
  exampleOf(operation, book).output as Output<Op>;
/** A possible input: its example. */
export const inputOf = (operation: Operation): Record<string, unknown> => ({ ...exampleOf(operation, book).input });

/**
 * The services behind the gateway, on the real bus with their own rights. Inputs and answers are held to their
 * contracts: an input that the service would refuse is refused here, an answer that it could not give fails the test.
 * By default an operation answers its example.
 */
export class Neighbours {
  /** Calls by subject. */
  readonly asked = new Map<string, number>();
  private readonly lent = new Map<string, Answer | undefined>();
  private lending = false;
  private readonly answers = new Map<string, Answer>();
  /** Answers by idempotency key. */
  private readonly byKey = new Map<string, unknown>();
  private readonly servers = new Map<ServiceName, { nc: NatsConnection; server: OperationServer }>();
  private readonly settings: Settings;

  constructor(settings: Settings) {
    this.settings = settings;
  }

  on<Op extends Operation>(
    operation: Op,
    answer: (input: Input<Op>, caller: Caller) => Output<Op> | Promise<Output<Op>>,
  ): void {
    if (this.lending && !this.lent.has(operation.subject)) {
      this.lent.set(operation.subject, this.answers.get(operation.subject));
    }
    this.answers.set(operation.subject, answer as Answer);
  }

  /** Resets changed answers to the example, or to the fakes of identity and usage. */
  reset(): void {
    for (const [subject, answer] of this.lent) {
      if (answer) this.answers.set(subject, answer);
      else this.answers.delete(subject);
    }
    this.lent.clear();
  }

  /** Changes from here on last until `reset`. */
  settle(): void {
    this.lending = true;
  }

  count = (operation: { subject: string }): number => this.asked.get(operation.subject) ?? 0;

  async start(service: ServiceName, operations: readonly Operation[]): Promise<void> {
    const { nats, callerSecret, sealing } = this.settings;
    const nc = await connectNats({ servers: nats.servers, ...nats.users[service] }, `test ${service}`);
    const publicKeys = Object.fromEntries(Object.entries(sealing).map(([name, keys]) => [name, keys.publicKey]));
    const sealer = new SecretSealer(publicKeys, { name: service, privateKey: sealing[service]?.privateKey ?? '' });
    const server = new OperationServer(
      {
        service,
        nc,
        tokens: new CallerTokens(callerSecret),
        sealer,
        log: new Log({ service }),
        metrics: new Metrics(),
        runner: { run: ({ operation }: { operation: Operation }, asked: Asked) => this.run(operation, asked) } as never,
      },
      operations.map((operation) => ({ operation, run: async () => undefined })),
    );
    server.start();
    await nc.flush();
    this.servers.set(service, { nc, server });
  }

  /** As if every replica were gone. */
  async stop(service: ServiceName): Promise<void> {
    const running = this.servers.get(service);
    this.servers.delete(service);
    await running?.server.stop();
    await running?.nc.close();
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.servers.keys()].map((service) => this.stop(service)));
  }

  private async run(operation: Operation, { input, caller, key = '', recall }: Asked): Promise<unknown> {
    this.asked.set(operation.subject, this.count(operation) + 1);
    const parsed = operation.input.safeParse(input);
    if (!parsed.success) throw validationFailed({ errors: fieldErrors(parsed.error) });
    if (recall && !this.byKey.has(key)) throw notFound();
    if (recall) return this.byKey.get(key);
    const answer = this.answers.get(operation.subject) ?? (() => answerOf(operation));
    try {
      const output = operation.output.parse(await answer(parsed.data as never, caller));
      this.byKey.set(key, output);
      return output;
    } catch (error) {
      if (error instanceof ProblemError) requireDeclared(operation, error);
      throw error;
    }
  }
}

interface Asked {
  input: unknown;
  key?: string;
  recall?: true;
  caller: Caller;
}

function requireDeclared(operation: Operation, { code }: ProblemError): void {
  const declared = [...COMMON_PROBLEMS, ...operation.errors];
  if (!declared.some((problem) => problem.code === code)) throw new Error(`${operation.name} cannot answer ${code}.`);
}
