import type { Command, Option, Values } from '../arguments.ts';

const json: Option = { type: 'boolean', about: 'print JSON, for scripts' };
const state: Option = { type: 'string', about: 'investigating, identified, monitoring or resolved' };
const text = (value: Values[string]): string | undefined => (typeof value === 'string' ? value : undefined);
const incidents = () => import('./incidents.ts');

/** Incidents on the public page of states. */
export const INCIDENT_COMMANDS: readonly Command[] = [
  {
    words: ['incidents', 'list'],
    options: { json },
    about: 'list the incidents that the page /status shows',
    run: async (_args, values) => (await incidents()).listAll({ json: values['json'] === true }),
  },
  {
    words: ['incidents', 'open'],
    args: ['<title>', '<text>'],
    options: {
      state,
      components: { type: 'string', about: 'what is affected: api,billing,usage,monitoring,trading,notifications' },
    },
    about: 'open an incident for everybody to read, on the page /status',
    run: async ([title = '', words = ''], values) =>
      (await incidents()).open(title, words, { state: text(values['state']), components: text(values['components']) }),
  },
  {
    words: ['incidents', 'update'],
    args: ['<incident>', '<state>', '<text>'],
    about: 'say how an incident goes on; the state resolved ends it',
    run: async ([id = '', next = '', words = '']) => (await incidents()).update(id, next, words),
  },
  {
    words: ['incidents', 'delete'],
    args: ['<incident>'],
    about: 'remove an incident that was none',
    run: async ([id = '']) => (await incidents()).remove(id),
  },
];
