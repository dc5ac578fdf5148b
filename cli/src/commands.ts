import type { Command, Option, Values } from './arguments.ts';
import { DUMP_COMMANDS } from './backup/dump-commands.ts';
import { completion, help } from './help.ts';
import { INCIDENT_COMMANDS } from './incidents/incident-commands.ts';
import { VERSION } from './kernel/installation.ts';
import { MOVE_COMMANDS } from './move/move-commands.ts';
import { SECRET_COMMANDS } from './secrets/secret-commands.ts';

const json: Option = { type: 'boolean', about: 'print JSON, for scripts' };
const service: Option = { type: 'string', about: 'only this service' };
const text = (value: Values[string]): string | undefined => (typeof value === 'string' ? value : undefined);
const print = async (words: string): Promise<void> => void process.stdout.write(words);
const operator = () => import('./operator-commands.ts');
const backups = () => import('./backup/backup-commands.ts');
const to: Option = { type: 'string', about: 'a folder or s3://bucket/prefix; by default BACKUP_TO' };
const identity: Option = { type: 'string', about: 'file with the private half of the key, instead of BACKUP_IDENTITY' };
const placeOf = (values: Values) => ({
  to: text(values['to']),
  identity: text(values['identity']),
  json: values['json'] === true,
});

/** All commands of `tidegate`. Each loads its code when it runs. */
export const COMMANDS: readonly Command[] = [
  {
    words: ['start'],
    options: { services: { type: 'boolean', about: 'one process per service instead of one for all' } },
    about: 'start the platform and its servers',
    run: async (_args, { services }) => (await import('./start.ts')).start({ services: services === true }),
  },
  {
    words: ['stop'],
    about: 'stop all of it, in order',
    run: async () => (await import('./stop.ts')).stop(),
  },
  {
    words: ['status'],
    options: { json },
    about: 'services, versions, ports; exit code 1 when not ready',
    run: async (_args, values) => (await import('./status.ts')).status({ json: values['json'] === true }),
  },
  {
    words: ['doctor'],
    options: {
      json,
      production: { type: 'boolean', about: 'also what must not be so in front of customers' },
    },
    about: 'check for known problems; exit code 1 when there is one',
    run: async (_args, values) =>
      (await import('./doctor.ts')).doctor({
        json: values['json'] === true,
        production: values['production'] === true,
      }),
  },
  {
    words: ['migrate'],
    about: 'bring the database and the streams to this version',
    run: async () => (await import('./migrate.ts')).migrateCommand(),
  },
  {
    words: ['env', 'print'],
    args: ['<url>', '<e-mail>'],
    about: 'print the .env of deploy/compose with new secrets; the address is for Let’s Encrypt, or `internal`',
    run: async ([url = '', certificates = '']) =>
      (await import('./environment-file.ts')).printEnvironment(url, certificates),
  },
  {
    words: ['env', 'kubernetes'],
    about: 'print the Secrets of deploy/k8s, with new values, for `kubectl apply -f -`',
    run: async () => (await import('./environment-file.ts')).printKubernetesSecrets(),
  },
  {
    words: ['env', 'check'],
    args: ['<file>'],
    about: 'check such a file for what is missing or too weak',
    run: async ([file = '']) => (await import('./environment-file.ts')).checkEnvironmentFile(file),
  },
  {
    words: ['install'],
    options: {
      systemd: { type: 'boolean', about: 'as a service of systemd, run by a user of its own' },
      user: { type: 'boolean', about: 'of your own service manager; needs no root' },
      print: { type: 'boolean', about: 'only print the unit' },
    },
    about: 'write the unit file with which a server starts the platform',
    run: async (_args, { systemd, user, print: only }) =>
      (await import('./systemd/install.ts')).install({
        systemd: systemd === true,
        own: user === true,
        print: only === true,
      }),
  },
  {
    words: ['backup'],
    options: { json, to },
    about: 'back up database, streams and secrets, encrypted; of a running platform or a stopped one',
    run: async (_args, values) => (await backups()).takeNow(placeOf(values)),
  },
  {
    words: ['backup', 'list'],
    options: { json, to },
    about: 'list backups, and which moments each can restore',
    run: async (_args, values) => (await backups()).listAll(placeOf(values)),
  },
  {
    words: ['backup', 'verify'],
    args: ['[backup]'],
    options: { json, to, identity },
    about: 'read every byte of a backup (default: the newest); exit code 1 when one is not as it was',
    run: async ([id], values) => (await backups()).verify(id, placeOf(values)),
  },
  {
    words: ['backup', 'follow'],
    about: 'archive what is written, and back up when it is due; `start` does it when BACKUP_TO is set',
    run: async () => (await import('./backup/follow.ts')).follow(),
  },
  ...DUMP_COMMANDS,
  {
    words: ['restore'],
    args: ['[backup]'],
    options: {
      json,
      to,
      identity,
      at: { type: 'string', about: 'the moment to go back to, such as 2026-11-29T06:30:00Z; by default the latest' },
      replace: { type: 'boolean', about: 'move what is there aside' },
      into: { type: 'string', about: 'only write the files there, for a PostgreSQL of your own' },
    },
    about: 'restore a backup (default: the newest) and what was archived after it, with Tidegate stopped',
    run: async ([id], values) =>
      (await backups()).restore(id, {
        ...placeOf(values),
        at: text(values['at']),
        into: text(values['into']),
        replace: values['replace'] === true,
      }),
  },
  {
    words: ['drill'],
    args: ['[backup]'],
    options: { json, to, identity },
    about: 'restore a backup in a scratch place, start it, log in, and say how long it took and what was lost',
    run: async ([id], values) => (await backups()).runDrill(id, placeOf(values)),
  },
  {
    words: ['plans', 'validate'],
    args: ['[file]'],
    about: 'check a plan catalogue (default plans/tidegate.yaml)',
    run: async ([file]) => (await operator()).checkPlans(file),
  },
  {
    words: ['plans', 'diff'],
    args: ['[file]'],
    about: 'show what applying a catalogue would change',
    run: async ([file]) => (await operator()).diffPlanFile(file),
  },
  {
    words: ['plans', 'apply'],
    args: ['[file]'],
    about: 'apply a catalogue; running subscriptions keep their version',
    run: async ([file]) => (await operator()).applyPlanFile(file),
  },
  {
    words: ['plans', 'move'],
    options: {
      from: { type: 'string', about: 'the plan they have, with its product: monitoring.pro' },
      to: {
        type: 'string',
        about: 'the plan they get, of the same product; by default the newest version of their own',
      },
      at: { type: 'string', about: 'now (default), or period-end: each when what it has paid for ends' },
      'dry-run': { type: 'boolean', about: 'only show what would move' },
    },
    about: 'move running subscriptions of a plan to its newest version, or to another plan',
    run: async (_args, values) =>
      (await operator()).movePlan(text(values['from']) ?? '', {
        to: text(values['to']),
        at: text(values['at']),
        dryRun: values['dry-run'] === true,
      }),
  },
  {
    words: ['plans', 'export'],
    options: { version: { type: 'string', about: 'the number of an earlier one' } },
    about: 'print the catalogue in force, as it was applied',
    run: async (_args, values) => (await operator()).exportPlanFile(text(values['version'])),
  },
  {
    words: ['stripe', 'sync'],
    options: { 'dry-run': { type: 'boolean', about: 'only show what would be created' } },
    about: 'create the products and prices of the catalogue in force at Stripe',
    run: async (_args, values) => (await operator()).publishToStripe({ dryRun: values['dry-run'] === true }),
  },
  {
    words: ['subscriptions', 'set'],
    args: ['<organisation>', '<plan>'],
    options: { interval: { type: 'string', about: 'month or year; by default it stays the same' } },
    about: 'give an organisation a plan',
    run: async ([organisation = '', plan = ''], values) =>
      (await operator()).subscribe(organisation, plan, text(values['interval'])),
  },
  {
    words: ['organisations', 'list'],
    options: {
      json,
      q: { type: 'string', about: 'a part of the name or of the owner’s address, or the whole id' },
      product: { type: 'string', about: 'only those that have a subscription of it' },
      plan: { type: 'string', about: 'only those that have a plan of this name' },
      status: { type: 'string', about: 'only those with a subscription in this state: trialing, active, past_due, …' },
      held: { type: 'boolean', about: 'only those that are not invoiced until you begin it' },
      sort: { type: 'string', about: 'created (default), name or mrr' },
    },
    about: 'list organisations with owner, plans and what they bring in a month',
    run: async (_args, values) => {
      const { listOrganisations } = await import('./business.ts');
      const [q, product, plan, status, sort] = ['q', 'product', 'plan', 'status', 'sort'].map((name) =>
        text(values[name]),
      );
      const held = values['held'] === true ? true : undefined;
      await listOrganisations({ q, product, plan, status, held, sort, json: values['json'] === true });
    },
  },
  {
    words: ['organisations', 'show'],
    args: ['<organisation>'],
    options: { json },
    about: 'show one organisation and everything that was done to it',
    run: async ([organisation = ''], values) =>
      (await import('./business.ts')).showOrganisation(organisation, { json: values['json'] === true }),
  },
  {
    words: ['organisations', 'bill'],
    args: ['<organisation>'],
    options: { json, reason: { type: 'string', about: 'why; stored with who did it and when' } },
    about: 'begin to invoice what an organisation has from before there were invoices (`all`: every one)',
    run: async ([organisation = ''], values) =>
      (await import('./business.ts')).billOrganisation(organisation, {
        reason: text(values['reason']),
        json: values['json'] === true,
      }),
  },
  ...MOVE_COMMANDS,
  {
    words: ['revenue'],
    options: {
      json,
      from: { type: 'string', about: 'the first month, such as 2026-01; by default eleven before the last' },
      to: { type: 'string', about: 'the last month; by default the present one' },
      currency: { type: 'string', about: 'by default that of the catalogue' },
      csv: { type: 'string', about: 'print a table as CSV: mrr, trials, plans or cohorts' },
    },
    about: 'show recurring revenue by month, trials, plans and cohorts',
    run: async (_args, values) => {
      const { showRevenue } = await import('./business.ts');
      const [from, to, currency, csv] = ['from', 'to', 'currency', 'csv'].map((name) => text(values[name]));
      await showRevenue({ from, to, currency, csv, json: values['json'] === true });
    },
  },
  {
    words: ['costs'],
    options: {
      json,
      month: { type: 'string', about: 'such as 2026-11; by default the present one' },
      currency: { type: 'string', about: 'by default that of the catalogue' },
      csv: { type: 'string', about: 'print a table as CSV: meters, plans or organisations' },
    },
    about: 'show what the use of a month costs against what it brings, by plan and organisation',
    run: async (_args, values) => {
      const { showCosts } = await import('./business.ts');
      const [month, currency, csv] = ['month', 'currency', 'csv'].map((name) => text(values[name]));
      await showCosts({ month, currency, csv, json: values['json'] === true });
    },
  },
  {
    words: ['licence', 'show'],
    args: ['[file]'],
    about: 'print what a licence says (default: LICENCE_FILE)',
    run: async ([file]) => (await import('./licence/licence-commands.ts')).showLicence(file),
  },
  {
    words: ['licence', 'check'],
    args: ['[file]'],
    options: { key: { type: 'string', about: 'file of the public key; by default LICENCE_KEY_FILE' } },
    about: 'check that a licence is genuine and in force, without any connection',
    run: async ([file], values) =>
      (await import('./licence/licence-commands.ts')).checkLicenceFile(file, text(values['key'])),
  },
  {
    words: ['licence', 'issue'],
    args: ['<licensee>'],
    options: {
      plan: { type: 'string', about: 'the plan that is licensed, with its product: on_premise.standard' },
      until: { type: 'string', about: 'its last day, such as 2027-12-31' },
      key: { type: 'string', about: 'file of the private Ed25519 key' },
      catalogue: { type: 'string', about: 'the catalogue with the plan; by default plans/licences.yaml' },
    },
    about: 'sign a licence for what a plan gives, and print it',
    run: async ([licensee = ''], values) =>
      (await import('./licence/licence-commands.ts')).issueLicenceFile(licensee, {
        plan: text(values['plan']),
        until: text(values['until']),
        key: text(values['key']),
        catalogue: text(values['catalogue']),
      }),
  },
  {
    words: ['users', 'create-admin'],
    args: ['<email>'],
    about: 'create an operator; prints the password once',
    run: async ([email = '']) => (await operator()).makeAdmin(email),
  },
  {
    words: ['users', 'reset-password'],
    args: ['<email>'],
    about: 'set a new password and end all sessions of a user; prints it once',
    run: async ([email = '']) => (await operator()).resetPassword(email),
  },
  {
    words: ['users', 'link'],
    args: ['<email>'],
    options: { for: { type: 'string', about: 'reset (default): sets a new password; verify: proves the address' } },
    about: 'print the link that a mail would have had, for a person whom no mail reaches',
    run: async ([email = ''], values) => (await operator()).linkForUser(email, text(values['for']) ?? 'reset'),
  },
  {
    words: ['dead-letters', 'list'],
    options: { json, service },
    about: 'list events that a service could not handle',
    run: async (_args, values) =>
      (await operator()).listDeadLetters({ service: text(values['service']), json: values['json'] === true }),
  },
  {
    words: ['dead-letters', 'replay'],
    args: ['<id>'],
    options: { service },
    about: 'handle an event again',
    run: async ([id = ''], values) => (await operator()).replayDeadLetter(id, text(values['service'])),
  },
  {
    words: ['dead-letters', 'discard'],
    args: ['<id>'],
    options: { service, reason: { type: 'string', about: 'why' } },
    about: 'discard an event',
    run: async ([id = ''], values) =>
      (await operator()).discardDeadLetter(id, text(values['service']), text(values['reason'])),
  },
  ...SECRET_COMMANDS,
  ...INCIDENT_COMMANDS,
  {
    words: ['logs'],
    args: ['[service]'],
    options: { follow: { type: 'boolean', short: 'f', about: 'keep printing new lines' } },
    about: 'print the app’s log, of all services or one',
    run: async ([name], values) => (await import('./logs.ts')).logs(name, { follow: values['follow'] === true }),
  },
  {
    words: ['demo'],
    options: {
      json,
      'own-load': { type: 'boolean', about: 'generate load with a built-in script instead of pgbench' },
      fill: { type: 'boolean', about: 'instead: fill an organisation of the running platform with made-up data' },
      until: { type: 'string', about: 'with --fill: the moment at which the data ends; by default now' },
      days: { type: 'string', about: 'with --fill: how many days before that, 1 to 30 (default)' },
      remove: { type: 'boolean', about: 'instead: delete that organisation' },
    },
    about: 'run a customer’s whole job on real input in a temporary folder, and check every figure',
    run: async (_args, values) => {
      const json = values['json'] === true;
      if (values['fill'] === true)
        return (await import('./demo/fill.ts')).fillDemo({
          json,
          until: text(values['until']),
          days: text(values['days']),
        });
      if (values['remove'] === true) return (await import('./demo/fill.ts')).removeDemoData();
      return (await import('./demo/demo.ts')).demo({ json, ownLoad: values['own-load'] === true });
    },
  },
  {
    words: ['completion'],
    about: 'print a completion script for bash and zsh: source <(npx tidegate completion)',
    run: () => print(completion(COMMANDS)),
  },
  {
    words: ['version'],
    about: 'print the version',
    run: () => print(`${VERSION}\n`),
  },
  {
    words: ['help'],
    args: ['[command]', '[word]'],
    about: 'print this, or the options of a command',
    run: (words) => print(help(COMMANDS, words)),
  },
];
