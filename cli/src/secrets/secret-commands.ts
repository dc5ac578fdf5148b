import type { Command, Option } from '../arguments.ts';

const json: Option = { type: 'boolean', about: 'print JSON, for scripts' };

/** What changes keys, passwords and tokens of the installation. */
export const SECRET_COMMANDS: readonly Command[] = [
  {
    words: ['keys', 'status'],
    args: ['[service]'],
    options: { json },
    about: 'show which master keys wrap secrets, and where they come from',
    run: async ([name], values) => (await import('../keys.ts')).keyStatus(name, { json: values['json'] === true }),
  },
  {
    words: ['keys', 'rotate'],
    args: ['[service]'],
    about: 'replace master keys while everything runs; after an interruption, run it again',
    run: async ([name]) => (await import('../keys.ts')).rotate(name),
  },
  {
    words: ['secrets', 'list'],
    options: { json },
    about: 'list what there is to rotate, since when it is as it is, and when it is due',
    run: async (_args, values) => (await import('./list.ts')).listSecrets({ json: values['json'] === true }),
  },
  {
    words: ['secrets', 'rotate'],
    args: ['<name>'],
    about: 'change a kind of secret (or `all`) while everything runs; after an interruption, run it again',
    run: async ([name = '']) => (await import('./rotate.ts')).rotateSecrets(name),
  },
  {
    words: ['secrets', 'retire'],
    about: 'end the time in which the secrets before the last change still count',
    run: async () => (await import('./rotate.ts')).retireSecrets(),
  },
];
