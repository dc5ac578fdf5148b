import type { Limit, Pattern } from '@tidegate/contracts/kernel/check-limits';
import { limitsOf } from '@tidegate/contracts/kernel/limits';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { SERVICE_NAMES, type ServiceName } from '@tidegate/contracts/kernel/service-names';
import { camel } from './client-source.ts';
import { pascal } from './problem-answers.ts';

/** Of every list: nobody types them. */
const PAGING = new Set(['limit', 'cursor']);

/** What a console loads together: the forms of customers by service, and those of operators. */
export const LIMIT_FILES: readonly (ServiceName | 'operator')[] = [...SERVICE_NAMES, 'operator'];

const fileOf = ({ scope, service }: Operation): string => (scope === 'operator' ? 'operator' : service);

/** The limits of what operations change, one constant for each operation. */
export function limitsSource(operations: readonly Operation[], file: ServiceName | 'operator'): string {
  const patterns = new Map<string, string>();
  const nameOf = (pattern: string): string => {
    const known = patterns.get(pattern);
    if (known) return known;
    patterns.set(pattern, `PATTERN_${patterns.size + 1}`);
    return nameOf(pattern);
  };
  const constants = operations
    .filter((operation) => operation.http && !operation.readonly && fileOf(operation) === file)
    .flatMap(({ name, input }) => {
      const limits = Object.entries(limitsOf(input)).filter(([path]) => !PAGING.has(path));
      if (limits.length === 0) return [];
      const fields = limits.map(([path, limit]) => `  ${keyOf(path)}: ${written(limit, nameOf)},`);
      return [`export const ${camel(pascal(name))} = {\n${fields.join('\n')}\n} as const;`];
    });
  const shared = [...patterns].map(([pattern, name]) => `const ${name} = ${pattern};`);
  const parts = [
    '/* Made from the contracts by `npm run generate`: do not edit. */',
    ...shared,
    ...(constants.length > 0 ? constants : ['export {};']),
  ];
  return `${parts.join('\n\n')}\n`;
}

const keyOf = (path: string): string => (/^\w+$/.test(path) ? path : `'${path}'`);

function written(limit: Limit | Pattern, nameOf: (pattern: string) => string): string {
  const parts = Object.entries(limit).map(([name, value]) => {
    if (value instanceof RegExp) return `${name}: ${nameOf(String(value))}`;
    if (name === 'patterns') return `patterns: [${(value as Pattern[]).map((one) => written(one, nameOf)).join(', ')}]`;
    if (name === 'each') return `each: ${written(value as Limit, nameOf)}`;
    if (name === 'options') return `options: [${(value as Limit[]).map((one) => written(one, nameOf)).join(', ')}]`;
    return `${name}: ${JSON.stringify(value)}`;
  });
  return `{ ${parts.join(', ')} }`;
}

/**
 * What fields can be chosen of, each a constant of its own: an address that is read before anything else takes a few of them, and
 * nothing but those is in what is loaded first.
 */
export function choicesSource(operations: readonly Operation[]): string {
  const constants = operations
    .filter(({ http }) => http)
    .flatMap(({ name, input }) =>
      Object.entries(limitsOf(input)).flatMap(([path, { choices, each }]) => {
        const all = choices ?? each?.choices ?? [];
        const field = path.split('.').filter((part) => part !== '*');
        const constant =
          camel(pascal(name)) + field.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('');
        return all.length > 1 ? [`export const ${constant} = ${JSON.stringify(all)} as const;`] : [];
      }),
    );
  return `/* Made from the contracts by \`npm run generate\`: do not edit. */\n\n${constants.join('\n')}\n`;
}
