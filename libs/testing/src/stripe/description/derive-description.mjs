/*
 * Makes stripe-description.json.gz from the full description of Stripe's API (OpenAPI 3.1, see README.md):
 *   node libs/testing/src/stripe/description/derive-description.mjs path/to/openapi.json
 * Kept: the operations that the double serves and the schemas that they need. Changed: known values become the only
 * ones, answers are closed, and an object inside another one is only named (it is validated by its own schema, so that
 * a schema compiles in milliseconds). Added: disputes, which the full description lacks.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const NOT_SERVED = [
  /\/search$/,
  /\/billing\/(alerts|credit_|feedback_options)/,
  /\/(cash_balance|balance_transactions|funding_instructions|cash_balance_transactions)/,
  /\/(customer_sessions|entitlements|tax_rates|migrate)/,
  /\/products\/.*features/,
  /\/customers\/\{customerId\}\/payment_methods/,
  /\/charges\/\{id\}\/capture/,
  /^POST \/v1\/charges/,
  /\/payment_intents\/\{id\}\/(amount_details|apply|capture|increment)/,
  /^POST \/v1\/payment_intents\/\{id\}$/,
  /\/invoices\/\{id\}\/(add_lines|attach_payment|remove_lines|update_lines|send)/,
  /\/invoices\/\{invoiceId\}\/lines/,
  /\/credit_notes\/(preview|\{id\}\/lines)/,
  /^POST \/v1\/credit_notes\/\{id\}$/,
  /\/refunds\/\{id\}\/cancel/,
  /\/setup_intents\/\{id\}\/(cancel|confirm)/,
  /^POST \/v1\/setup_intents\/\{id\}$/,
  /\/event_destinations/,
  /\/test_clocks/,
  /^GET \/v2\/core\/events$/,
];
const STATUSES = ['warning_needs_response', 'warning_closed', 'needs_response', 'under_review', 'won', 'lost'];
const DISPUTE = {
  type: 'object',
  required: ['id', 'object', 'amount', 'charge', 'created', 'currency', 'livemode', 'metadata', 'reason', 'status'],
  properties: {
    id: { type: 'string' },
    object: { type: 'string', enum: ['dispute'] },
    amount: { type: 'number' },
    charge: { type: 'string' },
    created: { type: 'number' },
    currency: { type: 'string' },
    is_charge_refundable: { type: 'boolean' },
    livemode: { type: 'boolean' },
    metadata: { type: 'object' },
    payment_intent: { type: ['string', 'null'] },
    reason: { type: 'string' },
    status: { type: 'string', enum: STATUSES },
  },
};

const full = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const all = { ...full.components.schemas, Dispute: DISPUTE };
const nameOf = (ref) => ref.slice('#/components/schemas/'.length);
const typeOf = (schema) => schema?.properties?.object?.enum?.[0];
const isObject = (name) =>
  typeOf(all[name]) !== undefined && !name.startsWith('_stub.') && typeOf(all[name]) !== 'list';
const isEvent = (name) => ['event', 'v2.core.event'].includes(typeOf(all[name]));

const schemas = {};
const objects = {};

function keep(name, closed) {
  if (schemas[name]) return;
  schemas[name] = {};
  schemas[name] = trim(all[name], closed);
  if (isObject(name)) objects[typeOf(all[name])] = [...(objects[typeOf(all[name])] ?? []), name];
}

/** `closed`: of an answer, which names nothing that the description does not know. */
function trim(schema, closed) {
  if (Array.isArray(schema)) return schema.map((one) => trim(one, closed));
  if (typeof schema !== 'object' || schema === null) return schema;
  if (schema.$ref) return refer(nameOf(schema.$ref), closed);
  const { 'x-enum-known': known, 'x-trimmed': _trimmed, description: _text, properties, ...rest } = schema;
  const kept = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [
      key,
      key === 'required' || key === 'enum' ? value : trim(value, closed),
    ]),
  );
  if (known) kept.enum = known;
  if (kept.anyOf) kept.anyOf = distinct(kept.anyOf);
  if (!properties) return kept;
  kept.properties = Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, trim(value, closed)]));
  if (closed && kept.additionalProperties === undefined) kept.additionalProperties = false;
  return kept;
}

const distinct = (schemas) => [...new Map(schemas.map((one) => [JSON.stringify(one), one])).values()];

/** Ways to pay other than by card are objects of which nothing more is known. */
const OTHER_WAYS =
  /\.(PaymentMethodDetails|PaymentMethodOptions|PaymentMethodData|NextAction)\.(?!(Card|RedirectToUrl)$)|^PaymentMethod\.(?!(Card|BillingDetails)$)|^PaymentMethod(Create|Update)Params\.(?!(Card|BillingDetails)$)|\.(GeneratedFrom|Wallet)$|\.Card\.(?!Networks|Checks|ThreeDSecureUsage)/;

function refer(name, closed) {
  if (OTHER_WAYS.test(name)) return { type: 'object' };
  if (!closed || !isObject(name)) {
    keep(name, closed);
    return { $ref: `#/$defs/${name}` };
  }
  if (isEvent(name)) return { $ref: `#/$defs/${typeOf(all[name]) === 'event' ? 'EventOther' : 'ThinEvent'}` };
  keep(name, closed);
  return { type: 'object', required: ['object'], properties: { object: { const: typeOf(all[name]) } } };
}

function query(operation) {
  const parameters = (operation.parameters ?? []).filter((one) => one.in === 'query');
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map((one) => [one.name, trim(one.schema, false)])),
    required: parameters.filter((one) => one.required).map((one) => one.name),
    additionalProperties: false,
  };
}

/** The object itself is validated like those inside of others, by its type. */
function answer(operation) {
  const schema = operation.responses['200'].content['application/json'].schema;
  return trim(schema, true);
}

const operations = {};
for (const [path, methods] of Object.entries(full.paths))
  for (const [verb, operation] of Object.entries(methods)) {
    const name = `${verb.toUpperCase()} ${path}`;
    if (NOT_SERVED.some((pattern) => pattern.test(name))) continue;
    const bodies = operation.requestBody?.content;
    const form = bodies?.['application/x-www-form-urlencoded'] ?? bodies?.['application/json'];
    operations[name] = { params: form ? trim(form.schema, false) : query(operation), answer: answer(operation) };
  }
operations['GET /v1/disputes/{id}'] = {
  params: {
    type: 'object',
    properties: { expand: { type: 'array', items: { type: 'string' } } },
    additionalProperties: false,
  },
  answer: refer('Dispute', true),
};
keep('EventOther', true);
schemas.EventOther.properties.data.properties.object = { type: 'object' };
schemas.EventOther.properties.data.properties.previous_attributes = { type: 'object' };
objects.event = ['EventOther'];
const thin = trim(all['V2.Core.V1CustomerSubscriptionUpdatedEvent'], true);
thin.properties.type = { type: 'string' };
thin.required = thin.required.filter((field) => field !== 'related_object'); // what Stripe finds about usage has none
thin.properties.data = { type: 'object' };
schemas.ThinEvent = thin;
objects['v2.core.event'] = ['ThinEvent'];
keep('Error', false);

const names = Object.keys(all).filter((name) => /^V2\.Core\.V1.*Event$/.test(name));
const thinTypes = names.map((name) => all[name].properties.type?.enum?.[0]).filter(Boolean);
const description = {
  origin: `Derived from the type declarations of the npm package stripe 23.1.0 (MIT, © Stripe, Inc.), API ${full.info.version}`,
  version: full.info.version,
  eventTypes: full['x-stripe-event-types'],
  thinEventTypes: thinTypes,
  operations,
  objects,
  schemas,
};
const target = new URL('stripe-description.json.gz', import.meta.url);
const packed = gzipSync(JSON.stringify(description), { level: 9 });
packed[9] = 255; // the same bytes on every system
writeFileSync(target, packed);
process.stderr.write(
  `${Object.keys(operations).length} operations, ${Object.keys(schemas).length} schemas, ${packed.length} bytes\n`,
);
