import { parseArgs } from 'node:util';

const HELP = `tidegate <command>

  start [--services]            start everything in one process (or a process per service) and its servers
  stop                          stop all of it in order
  status [--json]               services, versions, ports, ready
  doctor [--json]               look for known troubles; exit code 1 when there is one
  migrate                       bring database and streams to this version
  plans diff|apply [file]       the plan catalogue (default plans/default.yaml)
  subscriptions set <org> <plan>
  users create-admin <email>    make an operator; prints the password once
  dead-letters list|replay|discard [id] [--service name] [--reason text]
  keys status [service] [--json] which master keys wrap secrets, and where they stand
  keys rotate [service]         a new master key, while everything runs; interrupted, run it again
  logs [-f] [service]
  demo [--json] [--own-load]    a customer's whole job on real input, in a folder of its own, every figure checked
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      services: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      'own-load': { type: 'boolean', default: false },
      follow: { type: 'boolean', short: 'f', default: false },
      service: { type: 'string' },
      reason: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [command, first, second, third] = positionals;
  switch (values.help ? 'help' : command) {
    case 'start':
      return (await import('./start.ts')).start({ services: values.services });
    case 'stop':
      return (await import('./stop.ts')).stop();
    case 'status':
      return (await import('./status.ts')).status({ json: values.json });
    case 'doctor':
      return (await import('./doctor.ts')).doctor({ json: values.json });
    case 'migrate':
      return (await import('./migrate.ts')).migrateCommand();
    case 'plans':
      return (await import('./operator-commands.ts')).plans(first, second);
    case 'subscriptions':
      return (await import('./operator-commands.ts')).subscriptions(first, second, third);
    case 'users':
      return (await import('./operator-commands.ts')).users(first, second);
    case 'dead-letters':
      return (await import('./operator-commands.ts')).deadLetterCommand(first, second, values);
    case 'keys':
      return (await import('./keys.ts')).keys(first, second, { json: values.json });
    case 'logs':
      return (await import('./logs.ts')).logs(first, { follow: values.follow });
    case 'demo':
      return (await import('./demo/demo.ts')).demo({ json: values.json, ownLoad: values['own-load'] });
    case 'help':
    case undefined:
      process.stdout.write(HELP);
      return;
    default:
      throw new Error(`There is no command "${command}".\n\n${HELP}`);
  }
}

main().catch((error: unknown) => {
  const { message, stack } = error as Error;
  process.stderr.write(`\n${process.env['LOG_LEVEL'] === 'debug' ? stack : message}\n`);
  process.exit(1);
});
