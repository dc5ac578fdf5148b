import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import '../all.ts';
import type { z } from 'zod';
import type { Audited } from './audit.ts';
import type { Operation } from './operation.ts';
import { operations } from './registry.ts';
import { isSecret } from './types.ts';

/* What the log shows is decided by contracts alone, so this is where it is decided that none is missed. */
const SRC = join(process.cwd(), 'libs/contracts/src');
const source = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.includes('.test.'))
  .map((path) => readFileSync(join(SRC, path), 'utf8'))
  .join();
/** Tests of the same process have operations of their own. */
const ours = operations().filter(({ name }) => source.includes(`name: '${name}'`));
const writing = ours.filter(({ readonly }) => !readonly);
const audited = writing.filter((one): one is Operation & { audit: Audited } => 'thing' in (one.audit ?? {}));

test('every operation that writes says how it gets into the audit log, or why it does not', () => {
  expect(writing.filter(({ audit }) => !audit).map(({ subject }) => subject)).toEqual([]);
  for (const { audit } of writing) if (audit && 'none' in audit) expect(audit.none.length).toBeGreaterThan(15);
  expect(audited.length).toBeGreaterThan(60);
  const reading = ours.filter(({ readonly, audit }) => readonly && audit);
  expect(reading.map(({ subject }) => subject)).toEqual([]);
});

test('what anybody may call many times a second is not in it', () => {
  const hot = audited.filter(({ scope, audit: { by } }) => scope === 'service' && !by);
  expect(hot.map(({ subject }) => subject)).toEqual([]);
  const counted = ['usage.ingest', 'usage.take-lease', 'usage.return-lease', 'entitlements.check', 'holds.commit'];
  expect(audited.filter(({ name }) => counted.includes(name))).toEqual([]);
});

test.each(audited.map((one) => [one.subject, one] as const))(
  '%s names fields that there are, and no secret',
  (_, one) => {
    const { audit, input, output } = one;
    const before = audit.before?.();
    if (before) expect([before.service, before.readonly]).toEqual([one.service, true]);
    const fields = { ...fieldsOf(output), ...fieldsOf(input) };
    const named = { ...fields, ...(before ? fieldsOf(before.output) : {}) };
    for (const field of [...(audit.shows ?? []), ...(audit.ignores ?? [])]) {
      expect(Object.keys(fields)).toContain(field);
      if (audit.shows?.includes(field))
        expect([field, holdsSecret(fields[field] as z.ZodType)]).toEqual([field, false]);
    }
    const { id = 'id', name, of } = audit;
    for (const path of [id, of])
      if (path && path !== 'userId') expect([path, holds(fields, path)]).toEqual([path, true]);
    // Of what is deleted a handler may say the name.
    if (name && (before || one.http?.[0] !== 'DELETE')) expect([name, holds(named, name)]).toEqual([name, true]);
  },
);

const holds = (fields: Record<string, z.ZodType>, path: string): boolean => {
  const [first = '', ...rest] = path.split('.');
  const field = fields[first];
  return field !== undefined && (rest.length === 0 || holds(fieldsOf(field), rest.join('.')));
};

function fieldsOf(schema: z.ZodType): Record<string, z.ZodType> {
  const inner = innerOf(schema);
  if ('shape' in inner) return inner.shape as Record<string, z.ZodType>;
  const options =
    'options' in inner && Array.isArray(inner.options)
      ? (inner.options as z.ZodType[]).filter((option) => option?.def)
      : [];
  return Object.assign({}, ...options.map(fieldsOf));
}

function innerOf(schema: z.ZodType): z.ZodType {
  const { innerType, in: input } = schema.def as { innerType?: z.ZodType; in?: z.ZodType };
  const inner = innerType ?? input;
  return inner ? innerOf(inner) : schema;
}

function holdsSecret(schema: z.ZodType): boolean {
  const inner = innerOf(schema);
  const element = (inner.def as { element?: z.ZodType }).element;
  return (
    isSecret(schema) ||
    isSecret(inner) ||
    (element !== undefined && holdsSecret(element)) ||
    Object.values(fieldsOf(inner)).some(holdsSecret)
  );
}
