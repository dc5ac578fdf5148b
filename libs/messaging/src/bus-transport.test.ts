import {
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
  Module,
  type NestInterceptor,
  type OnApplicationShutdown,
  type PipeTransform,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { MessagePattern } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { operation } from '@tidegate/contracts/kernel/operation';
import { conflict } from '@tidegate/contracts/kernel/problem';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { closing } from '@tidegate/testing/closing';
import { startTestNats } from '@tidegate/testing/nats';
import { testSchema } from '@tidegate/testing/schema';
import { until } from '@tidegate/testing/until';
import { map, type Observable, throwError } from 'rxjs';
import { z } from 'zod';
import { EFFECTS, publisher, stepped } from '../test/stand.ts';
import { Bus } from './bus.ts';
import { type BusContext, BusTransport } from './bus-transport.ts';
import { CallerTokens } from './caller-token.ts';
import { type EventContext, Handles, On, type OperationContext } from './handler.ts';
import { ensureStreams } from './jetstream.ts';
import { connectNats } from './nats.ts';
import { Outbox } from './outbox.ts';
import { problemFilter } from './problem-filter.ts';

const step = operation({
  service: 'usage',
  name: 'transport.step',
  scope: 'service',
  summary: 'One step, in a test of the transport',
  input: z.strictObject({ number: z.int() }),
  output: z.object({ number: z.int() }),
});
const broken = Object.assign(new Error('broken'), { known: true });
const seen: string[] = [];

/** Refuses thirteen, in Nest's way and in that of a guard written for HTTP. */
@Injectable()
class Superstition implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { input, caller } = context.switchToRpc().getData<OperationContext<typeof step>>();
    if (input.number === 14) throw new ForbiddenException(`Not for ${caller.kind}.`);
    return input.number !== 13;
  }
}

/** For the whole module, as `APP_INTERCEPTOR`: sees operations and events. */
@Injectable()
class Watching implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    seen.push(context.switchToRpc().getContext<BusContext>().contract.subject);
    return next.handle();
  }
}

@Injectable()
class Doubling implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map(({ number }: { number: number }) => ({ number: number * 2 })));
  }
}

@Injectable()
class Rounding implements PipeTransform {
  transform(context: OperationContext<typeof step>) {
    return { ...context, input: { number: context.input.number - (context.input.number % 10) } };
  }
}

@Catch()
class Broken implements ExceptionFilter {
  catch(error: unknown) {
    return throwError(() => (error === broken ? conflict({}, 'There is nothing to confirm.') : error));
  }
}

@Controller()
class Stepping implements OnApplicationShutdown {
  readonly ended: string[] = [];

  @Handles(step)
  @UseGuards(Superstition)
  @UseInterceptors(Doubling)
  @UsePipes(Rounding)
  @UseFilters(Broken)
  async handle({ input: { number }, tx }: OperationContext<typeof step>) {
    if (number === 40) throw broken;
    await tx.query('insert into effects (aggregate, number) values ($1, $2)', ['operation', number]);
    return { number };
  }

  @On(stepped)
  async follow({ data, tx }: EventContext<typeof stepped>): Promise<void> {
    await tx.query('insert into effects (aggregate, number) values ($1, $2)', [data.counter, data.number]);
  }

  onApplicationShutdown(): void {
    this.ended.push('shut down');
  }
}

@Module({ controllers: [Stepping], providers: [{ provide: APP_INTERCEPTOR, useClass: Watching }] })
class SteppingModule {}

async function open() {
  const nats = await startTestNats();
  const schema = await testSchema(EFFECTS);
  const nc = await connectNats({ servers: [nats.url], user: 'usage', password: '' }, 'test');
  await ensureStreams(nc);
  const tokens = new CallerTokens('s'.repeat(32));
  const plain = (_: unknown, value: unknown) => value;
  const sealer = { sealInput: plain, openInput: plain, sealOutput: plain, openOutput: plain } as never;
  const bus = new Bus({ service: 'usage', nc, tokens, sealer });
  closing(async () => {
    bus.close();
    await nc.close();
    await schema.close();
    await nats.stop();
  });
  const start = async (module: new () => unknown) => {
    const outbox = new Outbox('usage', () => {});
    const shared = { service: 'usage', nc, tokens, sealer, log: new Log(), metrics: new Metrics() } as const;
    const transport = new BusTransport({ ...shared, contracts: [step], tenants: schema.tenants, outbox });
    const platform = { module: class Platform {}, providers: [problemFilter] };
    const testing = await Test.createTestingModule({ imports: [platform, module] }).compile();
    const app = testing.createNestMicroservice({ strategy: transport, logger: false });
    await app.listen();
    return app;
  };
  return { nc, schema, bus, start };
}

let stand: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  stand = await open();
});

test("Nest's guards, interceptors, pipes and filters are around operations and events, unchanged", async () => {
  const app = await stand.start(SteppingModule);
  const call = (number: number) => stand.bus.call(step, { number });

  expect(await call(21)).toEqual({ number: 40 });
  expect(seen).toEqual([step.subject]);
  await expect(call(13)).rejects.toMatchObject({ code: 'forbidden', status: 403 });
  await expect(call(14)).rejects.toMatchObject({ code: 'forbidden', detail: 'Not for service.' });
  await expect(call(44)).rejects.toMatchObject({ code: 'conflict', detail: 'There is nothing to confirm.' });
  await expect(call(0.5)).rejects.toMatchObject({ code: 'validation_failed' });

  await publisher(stand.nc)('lane', 1);
  const effects = () =>
    stand.schema.sql<{ which: string }>(`select aggregate || '/' || number as which from effects order by position`);
  await until(async () => (await effects()).length === 2);
  expect((await effects()).map(({ which }) => which)).toEqual(['operation/20', 'lane/1']);
  expect(seen.at(-1)).toBe(stepped.subject);

  const stepping = app.get(Stepping);
  await app.close();
  expect(stepping.ended).toEqual(['shut down']);
  await expect(stand.bus.call(step, { number: 1 }, { deadlineMs: 2_000 })).rejects.toMatchObject({
    code: 'unavailable',
  });
});

test('nothing starts with an operation that nobody answers, that two answer, or with a handler without a contract', async () => {
  @Module({})
  class Nobody {}
  @Controller()
  class Twice extends Stepping {
    @Handles(step)
    async again() {
      return { number: 1 };
    }
  }
  @Module({ controllers: [Stepping, Twice] })
  class Both {}
  @Controller()
  class Raw {
    @MessagePattern('rpc.usage.raw')
    handle(): void {}
  }
  @Module({ controllers: [Raw] })
  class Uncontracted {}
  await expect(stand.start(Nobody)).rejects.toThrow('transport.step has no handler');
  await expect(stand.start(Both)).rejects.toThrow('transport.step has two handlers');
  await expect(stand.start(Uncontracted)).rejects.toThrow('"rpc.usage.raw" has no contract');
});
