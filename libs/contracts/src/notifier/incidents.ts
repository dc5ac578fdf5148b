import { z } from 'zod';
import { INSTALLATION, INTERNAL } from '../kernel/audit.ts';
import { operation } from '../kernel/operation.ts';
import { Empty, Id, page, pageQuery, Timestamp } from '../kernel/types.ts';

/** What the public page of states tells apart: what a customer uses, not what it runs on. */
export const COMPONENTS = ['api', 'billing', 'usage', 'monitoring', 'trading', 'notifications'] as const;
export const Component = z.enum(COMPONENTS).meta({ description: 'A part of the platform as its customers know it' });
export type Component = z.infer<typeof Component>;

export const ComponentState = z
  .enum(['operational', 'degraded', 'down'])
  .meta({ description: '`degraded`: late; `down`: it does not answer' });
export type ComponentState = z.infer<typeof ComponentState>;

export const IncidentState = z
  .enum(['investigating', 'identified', 'monitoring', 'resolved'])
  .meta({ description: 'How far an incident has been dealt with' });
export type IncidentState = z.infer<typeof IncidentState>;

/** Wakes the gateways' loop that reads incidents; an older gateway reads them each half minute. */
export const READ_INCIDENTS = 'read-incidents';

/** While no gateway has looked for longer than this, every part was down. A restart of everything takes less. */
export const WATCH_GAP_SECONDS = 300;

/** How long incidents and states are kept and shown. */
export const STATUS_DAYS = 90;

const text = z
  .string()
  .trim()
  .min(1)
  .max(2_000)
  .meta({
    description: 'What customers read: plain text, no names and no addresses of theirs',
    examples: ['Invoices come an hour late. Nothing is lost.'],
  });

export const IncidentUpdate = z
  .object({
    at: Timestamp,
    state: IncidentState,
    text: z.string().meta({ examples: ['Invoices come an hour late. Nothing is lost.'] }),
  })
  .meta({ id: 'IncidentUpdate' });

export const Incident = z
  .object({
    id: Id,
    title: z.string().meta({ examples: ['Late invoices'] }),
    components: z.array(Component),
    state: IncidentState,
    startedAt: Timestamp,
    resolvedAt: z.union([Timestamp, z.null()]).meta({ description: 'null: it goes on' }),
    updates: z.array(IncidentUpdate).meta({ description: 'The newest first' }),
  })
  .meta({ id: 'Incident', description: 'What everybody may read on the page of states' });
export type Incident = z.infer<typeof Incident>;

const shared = { service: 'notifier', scope: 'operator' } as const;
const incidentId = Id.meta({ description: 'From the list of incidents' });

export const listIncidents = operation({
  ...shared,
  name: 'incidents.list',
  http: ['GET', '/api/v1/operator/incidents'],
  summary: 'Incidents of the last 90 days, the newest first',
  input: z.strictObject({ ...pageQuery }),
  output: page(Incident).meta({ id: 'IncidentPage' }),
});

export const openIncident = operation({
  ...shared,
  name: 'incidents.open',
  http: ['POST', '/api/v1/operator/incidents'],
  summary: 'Open an incident, for everybody to read on the public page of states',
  description:
    'Within two seconds everybody can read it at `/status`, in `/status.json` and in the feed `/status.atom`; a cache in front may keep what it has for two more.',
  audit: INSTALLATION,
  input: z.strictObject({
    title: z
      .string()
      .trim()
      .min(1)
      .max(120)
      .meta({ description: 'In a few words, for customers', examples: ['Late invoices'] }),
    text,
    state: IncidentState.default('investigating'),
    components: z.array(Component).max(COMPONENTS.length).default([]).meta({ description: 'What is affected' }),
  }),
  output: Incident,
});

export const updateIncident = operation({
  ...shared,
  name: 'incidents.update',
  http: ['POST', '/api/v1/operator/incidents/{incidentId}/updates'],
  summary: 'Say how it goes on; `resolved` ends it, any other state begins it again',
  audit: INSTALLATION,
  input: z.strictObject({ incidentId, state: IncidentState, text }),
  output: Incident,
});

export const deleteIncident = operation({
  ...shared,
  name: 'incidents.delete',
  http: ['DELETE', '/api/v1/operator/incidents/{incidentId}'],
  summary: 'Remove an incident that was none',
  audit: INSTALLATION,
  input: z.strictObject({ incidentId }),
  output: Empty,
});

export const ComponentDay = z.object({
  component: Component,
  day: z.string(),
  degradedSeconds: z.int(),
  downSeconds: z.int(),
});
export type ComponentDay = z.infer<typeof ComponentDay>;

/** For the gateway's page. */
export const readStatus = operation({
  service: 'notifier',
  name: 'status.get',
  scope: 'service',
  summary: 'Incidents and bad days of the last 90 days',
  input: z.strictObject({}),
  output: z.object({
    incidents: z.array(Incident),
    days: z.array(ComponentDay),
    recordedSince: z.union([Timestamp, z.null()]).optional().meta({
      description: 'What was before it nobody knows; null: nothing is recorded yet; absent: from an older notifier',
    }),
  }),
  readonly: true,
  deadlineMs: 3_000,
});

/** What a gateway saw; what is known already changes nothing. Also without changes now and then, to say that somebody looks. */
export const noteStates = operation({
  service: 'notifier',
  name: 'status.note',
  scope: 'service',
  summary: 'States that changed',
  audit: INTERNAL,
  input: z.strictObject({
    changes: z.array(z.strictObject({ component: Component, state: ComponentState, since: Timestamp })).max(500),
    watchedFrom: Timestamp.optional().meta({ description: 'Since when it has looked without a break' }),
  }),
  output: Empty,
  deadlineMs: 3_000,
});
