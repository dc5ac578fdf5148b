import { z } from 'zod';
import { INSTALLATION } from '../kernel/audit.ts';
import { DeadLetter, DiscardReason, deadLetterFailed } from '../kernel/dead-letters.ts';
import { operation } from '../kernel/operation.ts';
import { STORING_SERVICES } from '../kernel/service-names.ts';
import { ServiceState } from '../kernel/service-state.ts';
import { Empty, Id, page, pageQuery } from '../kernel/types.ts';

const shared = { service: 'gateway', scope: 'operator' } as const;
const service = z.enum(STORING_SERVICES).meta({ description: 'One of the services that store something' });
const deadLetterId = Id.meta({ description: 'From the list of dead letters' });

export const listServices = operation({
  ...shared,
  name: 'services.list',
  http: ['GET', '/api/v1/operator/services'],
  summary: 'The services of this installation and how far behind they are',
  description: 'Of a service with several replicas one answers. Without an answer within three seconds it is silent.',
  input: z.strictObject({}),
  output: z
    .object({
      items: z.array(
        z
          .object({
            service,
            state: z.union([ServiceState, z.null()]).meta({ description: 'null: it does not answer' }),
          })
          .meta({ id: 'ServiceSummary' }),
      ),
    })
    .meta({ id: 'Services' }),
});

export const listServiceDeadLetters = operation({
  ...shared,
  name: 'service-dead-letters.list',
  http: ['GET', '/api/v1/operator/services/{service}/dead-letters'],
  summary: 'Events that a service could not handle',
  input: z.strictObject({ service, ...pageQuery }),
  output: page(DeadLetter),
});

export const replayServiceDeadLetter = operation({
  ...shared,
  name: 'service-dead-letters.replay',
  http: ['POST', '/api/v1/operator/services/{service}/dead-letters/{deadLetterId}/replay'],
  summary: 'Replay a dead letter; it stays if it fails again',
  audit: INSTALLATION,
  input: z.strictObject({ service, deadLetterId }),
  output: Empty,
  errors: [deadLetterFailed],
});

export const discardServiceDeadLetter = operation({
  ...shared,
  name: 'service-dead-letters.discard',
  http: ['POST', '/api/v1/operator/services/{service}/dead-letters/{deadLetterId}/discard'],
  summary: 'Discard a dead letter; the log keeps it with the reason and who gave it',
  audit: INSTALLATION,
  input: z.strictObject({
    service,
    deadLetterId,
    reason: DiscardReason,
  }),
  output: Empty,
});
