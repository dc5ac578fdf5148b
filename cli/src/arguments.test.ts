import { spawnSync } from 'node:child_process';
import { understand } from './arguments.ts';
import { COMMANDS } from './commands.ts';
import { completion, help } from './help.ts';

const read = (line: string) => {
  const { command, args, values } = understand(COMMANDS, line.split(' ').filter(Boolean));
  return { name: command.words.join(' '), args, values: { ...values } };
};

test('a command with its words and options', () => {
  expect(read('start --services')).toEqual({ name: 'start', args: [], values: { services: true } });
  expect(read('dead-letters discard 1 --service usage --reason old')).toEqual({
    name: 'dead-letters discard',
    args: ['1'],
    values: { service: 'usage', reason: 'old' },
  });
  expect(read('logs -f notifier')).toEqual({ name: 'logs', args: ['notifier'], values: { follow: true } });
  expect(read('subscriptions set acme pro --interval year')).toMatchObject({ values: { interval: 'year' } });
  expect(read('plans export --version 2')).toMatchObject({ name: 'plans export', values: { version: '2' } });
  expect(read('plans move --from main.pro --to business --at period-end --dry-run')).toMatchObject({
    name: 'plans move',
    args: [],
    values: { from: 'main.pro', to: 'business', at: 'period-end', 'dry-run': true },
  });
});

test.each([
  ['stop notifier', /tidegate stop does not know what to do with "notifier"\.\n {2}Usage: tidegate stop/],
  ['status extra', /does not know what to do with "extra"/],
  ['status --services', /tidegate status: Unknown option '--services'\.\n {2}Usage: tidegate status \[--json\]/],
  ['start --json', /Unknown option '--json'/],
  [
    'subscriptions set acme',
    /needs <plan>\.\n {2}Usage: tidegate subscriptions set <organisation> <plan> \[--interval INTERVAL\]/,
  ],
  ['dead-letters replay', /needs <id>/],
  ['dead-letters list --service', /argument missing/],
  ['plans', /Usage:\n {2}tidegate plans validate \[file\]\n {2}tidegate plans diff/],
  ['plans aply x', /Usage:\n {2}tidegate plans validate/],
  ['halt', /There is no command "halt"\.\n {2}Fix: npx tidegate help/],
])('%s is refused', (line, message) => expect(() => read(line)).toThrow(message));

test('every command has help, and the completion script offers it', () => {
  expect(help(COMMANDS, [])).toMatch(/dead-letters discard <id> +discard an event/);
  expect(help(COMMANDS, ['logs'])).toMatch(/tidegate logs \[service\] \[-f\]\n(.|\n)*-f, --follow +keep printing/);
  expect(() => help(COMMANDS, ['halt'])).toThrow('There is no command "halt"');
  const offer = (words: string) => {
    const line = `${completion(COMMANDS)}\nCOMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _tidegate; echo "\${COMPREPLY[@]}"`;
    return spawnSync('bash', ['-c', line], { encoding: 'utf8' }).stdout.trim();
  };
  expect(offer('tidegate sta')).toBe('start status');
  expect(offer('tidegate plans ""')).toBe('validate diff apply move export');
  expect(offer('tidegate dead-letters list --s')).toBe('--service');
});
