import type { Event } from '@tidegate/contracts/kernel/event';
import type { Live } from '@tidegate/contracts/kernel/live';
import { type Json, schemaBook } from './schemas.ts';

/** AsyncAPI 3.0 of every event and live topic, made from the contracts alone. */
export function asyncApiDocument(events: Event[], live: Live[], version: string): Json {
  const all = [...events, ...live].map((one) => [one.subject, one.data]);
  const book = schemaBook({}, Object.fromEntries(all));
  const channels: Json = {};
  const messages: Json = {};
  const operations: Json = {};
  const add = (name: string, address: string, service: string, extra: Json, message: Json) => {
    messages[name] = { name, ...message };
    channels[name] = { address, ...extra, messages: { [name]: { $ref: `#/components/messages/${name}` } } };
    operations[`emit ${name}`] = {
      action: 'send',
      channel: { $ref: `#/channels/${name}` },
      tags: [{ name: service }],
    };
  };
  for (const { type, subject, service, summary } of events) {
    const data = { type: 'object', properties: { data: book.output(subject) } };
    const payload = { allOf: [{ $ref: '#/components/schemas/CloudEvent' }, data] };
    add(type, subject, service, {}, { summary, contentType: 'application/cloudevents+json', payload });
  }
  for (const { topic, subject, service, scope, summary } of live) {
    const address = subject.replace('*', '{organisationId}');
    const parameters = { organisationId: { description: 'The organisation concerned' } };
    const description = `GET /api/v1/stream sends it to callers with the scope ${scope}. At most once, and never stored.`;
    const message = { summary, contentType: 'application/json', payload: book.output(subject) };
    add(`live.${topic}`, address, service, { parameters, description }, message);
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Tidegate events',
      version,
      description:
        'Events: CloudEvents 1.0, structured JSON, on the JetStream stream EVENTS, delivered at least once; `sequence` ' +
        'grows by one per `subject`, and begins at 1 again for one that was quiet for 100 days. Live topics: JSON over core NATS, at most once.',
    },
    channels,
    operations,
    components: { messages, schemas: { ...book.components, CloudEvent: CLOUD_EVENT } },
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
