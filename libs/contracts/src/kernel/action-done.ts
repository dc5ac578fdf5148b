import { z } from 'zod';
import { THING_KINDS } from './audit.ts';
import { event } from './event.ts';
import { STORING_SERVICES, type StoringService } from './service-names.ts';
import { Id, Timestamp } from './types.ts';

export const ThingKind = z.enum(THING_KINDS).meta({ id: 'ThingKind', description: 'What something was done to' });

export const ActorKind = z.enum(['person', 'api_key', 'service_key', 'support', 'platform']).meta({
  id: 'ActorKind',
  description:
    'By which means: a person who is logged in, an API key, a key of the operator’s own backend, the operator’s people, ' +
    'or Tidegate itself',
});
export type ActorKind = z.infer<typeof ActorKind>;

export const FieldChange = z
  .object({
    field: z.string().meta({ description: 'Its name in the API, with a point before what is inside' }),
    from: z.string().nullable().optional().meta({ description: 'null: there was none; absent: not known' }),
    to: z.string().nullable().optional().meta({ description: 'null: there is none' }),
    hidden: z.boolean().optional().meta({ description: 'true: it was set, and what to is not shown' }),
  })
  .meta({ id: 'FieldChange' });
export type FieldChange = z.infer<typeof FieldChange>;

export const ActionDone = z.object({
  organisationId: Id,
  action: z.string().meta({ description: 'The operation, such as `bots.update`' }),
  at: Timestamp,
  actor: z.object({
    kind: ActorKind,
    userId: Id.optional(),
    keyId: z.string().optional(),
    sessionId: z.string().optional(),
    address: z.string().optional(),
  }),
  thing: z.object({ kind: ThingKind, id: z.string().nullable(), name: z.string().nullable() }),
  changes: z.array(FieldChange),
});
export type ActionDone = z.infer<typeof ActionDone>;

const done = (service: StoringService) =>
  event({
    service,
    name: 'action.done.v1',
    summary: `Somebody changed something of an organisation in ${service}; it has the fields that may be shown`,
    data: ActionDone,
    // One order for all that is done in an organisation, beside that of its things.
    aggregate: ({ organisationId }) => `actions:${organisationId}`,
    apart: true,
  });

/** Emitted by the runner of operations, in the transaction of the change, by what its contract says (`audit`). */
export const actionDone = Object.fromEntries(STORING_SERVICES.map((service) => [service, done(service)])) as Record<
  StoringService,
  ReturnType<typeof done>
>;
