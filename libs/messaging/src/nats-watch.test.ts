import { errors, type NatsConnection } from '@nats-io/nats-core';
import { until } from '@tidegate/testing/until';
import { watchOf } from './nats-watch.ts';

test('a listener that throws does not stop the others from learning that the connection is back', async () => {
  const statuses = new TransformStream();
  const watch = watchOf({ status: () => statuses.readable } as unknown as NatsConnection);
  const received: string[] = [];
  watch.onDisconnect(() => {
    throw new Error('x');
  });
  watch.onDisconnect(() => received.push('down'));
  watch.onReconnect(() => received.push('up'));
  const writer = statuses.writable.getWriter();
  for (const type of ['disconnect', 'reconnect']) void writer.write({ type });
  await until(async () => received.length === 2);
  expect([received, watch.connected]).toEqual([['down', 'up'], true]);
});

test('a subscription that ended is still reported after the next reconnect', async () => {
  const statuses = new TransformStream();
  const watch = watchOf({ status: () => statuses.readable } as unknown as NatsConnection);
  watch.refuse('requests', new Error('Permissions Violation'));
  watch.report('rpc.x', 'the bus refuses the subscription');
  const writer = statuses.writable.getWriter();
  for (const type of ['disconnect', 'reconnect']) void writer.write({ type });
  await new Promise<void>((resolve) => watch.onReconnect(resolve));
  expect(watch.trouble()).toContain('requests: Permissions Violation');
});

test('a hint that an older server refuses is no trouble, anything else is', async () => {
  const statuses = new TransformStream();
  const watch = watchOf({ status: () => statuses.readable } as unknown as NatsConnection);
  watch.mayBeRefused('wake.gateway.x');
  const writer = statuses.writable.getWriter();
  const refuse = (subject: string) =>
    writer.write({
      type: 'error',
      error: new errors.PermissionViolationError(
        `Permissions Violation for Publish to "${subject}"`,
        'publish',
        subject,
      ),
    });
  void refuse('wake.gateway.x');
  void refuse('wake.gateway.y');
  await until(() => watch.trouble() !== undefined);
  expect([watch.trouble(), [...watch.refused]]).toEqual([
    'wake.gateway.y: the bus refuses the publish',
    ['wake.gateway.y'],
  ]);
});
