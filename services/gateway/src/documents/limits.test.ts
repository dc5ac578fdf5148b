import '@tidegate/contracts/all';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultsOf, type Limit } from '@tidegate/contracts/kernel/check-limits';
import { limitsOf } from '@tidegate/contracts/kernel/limits';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { fieldErrors } from '@tidegate/contracts/kernel/problem';
import { operations } from '@tidegate/contracts/kernel/registry';
import { exampleOf } from './examples.ts';
import { limitsSource } from './limits-source.ts';
import { bookOf } from './openapi.ts';
import type { Json } from './schemas.ts';

const mounted = operations().filter(({ http }) => http);
const book = bookOf(mounted, []);
const each = mounted.map((operation) => [operation.name, operation] as const);

test.each(each)('%s: its example is within the limits that a form checks', (_name, operation) => {
  expect(faultsOf(limitsOf(operation.input), exampleOf(operation, book).input)).toEqual([]);
});

test.each(each)(
  '%s: what is beyond a limit is refused by the contract at the same field in the same words',
  (_name, operation) => {
    const limits = limitsOf(operation.input);
    const missed = Object.entries(limits).flatMap(([path, limit]) =>
      wrongOf(limit).flatMap((wrong) => {
        const input = structuredClone(exampleOf(operation, book).input);
        if (!put(input, path.split('.'), wrong)) return [];
        const field = `/${path.replaceAll('.', '/')}`;
        const found = faultsOf(limits, input).filter((fault) => fault.field.startsWith(field));
        const said = refusedBy(operation, input);
        const agreed = found.some((fault) => said.some((one) => JSON.stringify(one) === JSON.stringify(fault)));
        return agreed ? [] : [{ field, wrong, found, said }];
      }),
    );
    expect(missed).toEqual([]);
  },
);

const refusedBy = (operation: Operation, input: Json) => {
  const { error } = operation.input.safeParse(input);
  return error ? fieldErrors(error) : [];
};

/** Values that a limit is there to refuse. */
function wrongOf({ kind, required, min, max, above, below, patterns, each: entry }: Limit): unknown[] {
  const missing = required ? [undefined] : [];
  const long = (max ?? 0) > 10_000;
  switch (kind) {
    case 'text':
      return [
        ...missing,
        ...(min ? ['a'.repeat(min - 1)] : []),
        ...(max !== undefined && !long ? ['a'.repeat(max + 1)] : []),
        ...(patterns ? ['\u0001 @ '] : []),
      ];
    case 'integer':
    case 'number':
      return [
        ...missing,
        ...(kind === 'integer' ? [1.5] : []),
        ...[min === undefined ? [] : min - 1, max === undefined ? [] : max + 1, above ?? [], below ?? []].flat(),
      ];
    case 'choice':
      return [...missing, 'no such choice'];
    case 'list':
      return [
        ...missing,
        ...(min ? [[]] : []),
        ...(entry?.kind === 'text' && max !== undefined && max < 1_000
          ? [Array(max + 1).fill('a'.repeat(entry.min ?? 1))]
          : []),
      ];
    default:
      return missing;
  }
}

/** False where the example has no such field: of several shapes it has one. */
function put(input: Json, path: readonly string[], value: unknown): boolean {
  const [name = '', ...rest] = path;
  if (name === '*' || !(name in input)) return false;
  if (rest.length === 0) {
    if (value === undefined) delete input[name];
    else input[name] = value;
    return true;
  }
  const inner = input[name];
  return typeof inner === 'object' && inner !== null && put(inner as Json, rest, value);
}

test('what a form has to know of a field is written down for it, without the schema', () => {
  const source = limitsSource(mounted, 'operator');
  expect(source).toBe(readFileSync(join(process.cwd(), 'libs/client/src/generated/limits/operator.ts'), 'utf8'));
  expect(source).toMatch(/export const incidentsOpen = \{\n {2}title: \{ kind: "text", min: 1, max: 120/);
  expect(source).not.toContain('zod');
});
