import { fieldErrors } from '../kernel/problem-form.ts';
import { placesOf } from './setting-sections.rules.ts';
import type { SettingsForm } from './settings-form.rules.ts';

/** The faults of the fields of a form of settings, by their place in the request, and of what the form has beside them. */
export const settingErrors = (
  error: unknown,
  form: SettingsForm,
  beside: readonly string[] = [],
): Record<string, string> => fieldErrors(error, {}, [...beside, ...placesOf(form).map((place) => `settings.${place}`)]);
