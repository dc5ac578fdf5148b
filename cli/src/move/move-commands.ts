import type { Command, Option } from '../arguments.ts';
import { OPENED_WITH, SEALED_WITH } from '../kernel/seal-options.ts';

const json: Option = { type: 'boolean', about: 'print JSON, for scripts' };
const commands = () => import('./run-move.ts');

/** Taking an organisation to another installation. */
export const MOVE_COMMANDS: readonly Command[] = [
  {
    words: ['organisations', 'export'],
    args: ['<organisation>'],
    options: {
      json,
      to: { type: 'string', about: 'the file to write' },
      ...SEALED_WITH,
      freeze: { type: 'boolean', about: 'first freeze it here: it can be read, and nothing writes or trades for it' },
    },
    about: 'write everything of an organisation into a sealed file, to move it to another installation',
    run: async ([organisation = ''], values) => (await commands()).exportCommand(organisation, values),
  },
  {
    words: ['organisations', 'import'],
    args: ['<file>'],
    options: {
      json,
      ...OPENED_WITH,
      'same-stripe-account': {
        type: 'boolean',
        about: 'its customer at Stripe goes on: both have keys of one account',
      },
    },
    about: 'bring an organisation from such a file; after an interruption, run it again',
    run: async ([file = ''], values) => (await commands()).importCommand(file, values),
  },
  {
    words: ['organisations', 'thaw'],
    args: ['<organisation>'],
    about: 'let a frozen organisation go on here, when it did not move after all',
    run: async ([organisation = '']) => (await commands()).thawCommand(organisation),
  },
  {
    words: ['organisations', 'remove'],
    args: ['<organisation>'],
    about:
      'delete a frozen organisation here, once it has arrived elsewhere; or what an import that was given up has brought',
    run: async ([organisation = '']) => (await commands()).removeCommand(organisation),
  },
];
