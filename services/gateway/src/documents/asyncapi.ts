import type { Event } from '@tidegate/contracts/kernel/event';
import { jsonSchema } from './openapi.ts';

/** AsyncAPI 3.0 of every event, made from the contracts alone. */
export function asyncApiDocument(events: Event[], version: string): Record<string, unknown> {
  const schemas: Record<string, unknown> = {};
  const channels: Record<string, unknown> = {};
  const messages: Record<string, unknown> = {};
  const operations: Record<string, unknown> = {};
  for (const event of events) {
    const payload = jsonSchema(event.data, 'output', schemas);
    messages[event.type] = {
      name: event.type,
      summary: event.summary,
      contentType: 'application/cloudevents+json',
      payload: {
        allOf: [{ $ref: '#/components/schemas/CloudEvent' }, { type: 'object', properties: { data: payload } }],
      },
    };
    channels[event.type] = {
      address: event.subject,
      messages: { [event.type]: { $ref: `#/components/messages/${event.type}` } },
    };
    operations[`emit ${event.type}`] = {
      action: 'send',
      channel: { $ref: `#/channels/${event.type}` },
      tags: [{ name: event.service }],
    };
  }
  schemas['CloudEvent'] = CLOUD_EVENT;
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Tidegate events',
      version,
      description:
        'CloudEvents 1.0, structured JSON, on the JetStream stream EVENTS. Delivered at least once; `sequence` grows by one per `subject`.',
    },
    channels,
    operations,
    components: { messages, schemas },
  };
}

const CLOUD_EVENT = {
  type: 'object',
  required: ['specversion', 'id', 'source', 'type', 'time', 'subject', 'sequence', 'orgid', 'datacontenttype', 'data'],
  properties: {
    specversion: { const: '1.0' },
    id: { type: 'string' },
    source: { type: 'string' },
    type: { type: 'string' },
    time: { type: 'string', format: 'date-time' },
    subject: { type: 'string', description: 'The aggregate' },
    sequence: { type: 'integer', minimum: 1, description: 'Without gaps per aggregate and service' },
    orgid: { type: ['string', 'null'], format: 'uuid' },
    datacontenttype: { const: 'application/json' },
    data: { type: 'object' },
  },
};
