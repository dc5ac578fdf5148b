import { isProblem, type TidegateProblem } from '@tidegate/client';
import { type Fault, faultText } from './fault-text.ts';
import { problemText } from './problem-text.ts';
import { ifTranslated } from './strings.ts';

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
  if (field && isShown(field)) return { [field]: problemText(error) ?? titleIn(error) };
  const found: Record<string, string> = {};
  for (const fault of faultsOf(error)) {
    const path = pathOf(fault.field ?? '');
    if (path && isShown(path) && !(path in found)) found[path] = faultText(fault);
  }
  return found;
}

/** All that is wrong with fields, wherever they are. */
export function faultsOf({ problem }: TidegateProblem): readonly Fault[] {
  const errors = problem['errors'];
  return Array.isArray(errors) ? (errors as Fault[]) : [];
}

/** Where nobody has translated what happened, what is the matter. */
const titleIn = ({ problem, message }: TidegateProblem): string =>
  (typeof problem['title'] === 'string' && ifTranslated(problem['title'])) || message;

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
