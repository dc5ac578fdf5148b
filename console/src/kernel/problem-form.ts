import { isProblem } from '@tidegate/client';

/**
 * The faults of a form's fields in an answer, by the form's own path: `/settings/count` is `settings.count`. `named`
 * says to which field a problem belongs that names none, such as `server_name_taken` to `name`. `fields`: those that the form
 * shows, where the request has others; what is wrong with those is no fault of a field.
 */
export function fieldErrors(
  error: unknown,
  named: Record<string, string> = {},
  fields?: readonly string[],
): Record<string, string> {
  if (!isProblem(error)) return {};
  const isShown = (path: string) => fields?.includes(path) ?? true;
  const field = named[error.code];
  if (field && isShown(field)) return { [field]: error.message };
  const errors = error.problem['errors'];
  if (!Array.isArray(errors)) return {};
  const found: Record<string, string> = {};
  for (const { field: pointer, message } of errors as { field?: string; message?: string }[]) {
    const path = pathOf(pointer ?? '');
    if (path && isShown(path) && !(path in found)) found[path] = message ?? '';
  }
  return found;
}

const pathOf = (pointer: string): string =>
  pointer
    .split('/')
    .filter(Boolean)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.');

/** What no field shows: the whole problem when it names no field, or those of its fields that the form does not have. */
export function restOf(error: unknown, shown: Record<string, string>): unknown {
  return error && Object.keys(shown).length === 0 ? error : undefined;
}
