import type { Account } from './account.ts';
import { description, type Operation } from './description.ts';

export interface Path {
  id: string;
  customerId: string;
}
/** Answers an operation at once. Its parameters are validated before, its answer afterwards. */
export type Handler = (account: Account, params: never, path: Path) => object;
/** By the name of the operation: `POST /v1/customers/{id}`. */
export type Routes = Record<string, Handler>;

export interface Match {
  name: string;
  operation: Operation;
  path: Path;
}

/** The operation of the description that a request is for; a literal part of a path goes before a placeholder. */
export function match(method: string, pathname: string): Match | undefined {
  const parts = pathname.split('/');
  const found = Object.keys(description().operations)
    .filter((name) => name.startsWith(`${method} `))
    .map((name) => ({ name, template: name.slice(method.length + 1).split('/') }))
    .filter(({ template }) => template.length === parts.length)
    .filter(({ template }) => template.every((part, i) => part.startsWith('{') || part === parts[i]))
    .sort((a, b) => placeholders(a.name) - placeholders(b.name))[0];
  const operation = found && description().operations[found.name];
  if (!found || !operation) return undefined;
  const path: Record<string, string> = {};
  found.template.forEach((part, i) => {
    if (part.startsWith('{')) path[part.slice(1, -1)] = decodeURIComponent(parts[i] ?? '');
  });
  return { name: found.name, operation, path: { id: '', customerId: '', ...path } };
}

const placeholders = (name: string): number => name.split('{').length;
