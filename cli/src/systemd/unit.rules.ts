/* The unit that runs an installation under systemd: `tidegate install --systemd`. */

export interface Installed {
  /** The built checkout. */
  root: string;
  node: string;
  nodeFlags: readonly string[];
  environment: Readonly<Record<string, string>>;
  dataDir: string;
  /** Settings of the operator (0600): PUBLIC_URL, DATABASE_URL_FILE, SMTP_HOST and the like. */
  environmentFile: string;
  /** The user it runs as; undefined for a unit of somebody's own service manager. */
  user: string | undefined;
  /** Folders outside of the data folder that its settings name, for backups: it may write there as well. */
  writes?: readonly string[];
}

/**
 * What a process may do besides its work: nothing. V8 makes code as it runs (no MemoryDenyWriteExecute), Node asks for
 * the network's interfaces (AF_NETLINK), and /proc tells PostgreSQL's and our own processes apart (no ProcSubset).
 */
const ANYWHERE = `NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
UMask=0077`;

/** These need the system's service manager. */
const AS_ROOT = (home: string) => `CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=${home}
ProtectProc=invisible
ProtectClock=yes
ProtectHostname=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
RemoveIPC=yes`;

const STATE = '/var/lib/';

export function unitFile(installed: Installed): string {
  const { root, node, nodeFlags, environment, dataDir, environmentFile, user, writes = [] } = installed;
  const command = [node, ...nodeFlags, `${root}/cli/dist/main.js`, 'start'];
  const variables = { DATA_DIR: dataDir, ...environment };
  const isAtHome = /^\/(home|root|run\/user)\//.test(`${root}/`) || /^\/(home|root)\//.test(node);
  // Below /var/lib systemd makes the folder and gives it to the user; another one is the operator's.
  const state = dataDir.startsWith(STATE)
    ? `StateDirectory=${dataDir.slice(STATE.length)}\nStateDirectoryMode=0700`
    : `ReadWritePaths=${word(dataDir)}`;
  // One that is not mounted keeps nothing from starting.
  const besides = writes.map((folder) => `\nReadWritePaths=${word(`-${folder}`)}`).join('');
  return `# Written by \`tidegate install --systemd\`, which writes it again: settings belong into ${environmentFile},
# changes of this unit into \`systemctl edit tidegate\`.
[Unit]
Description=Tidegate
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=exec
${user ? `User=${user}\nGroup=${user}\n` : ''}WorkingDirectory=${root}
${Object.entries(variables)
  .map(([name, value]) => `Environment=${word(`${name}=${value}`)}`)
  .join('\n')}
EnvironmentFile=-${environmentFile}
ExecStart=${command.map(word).join(' ')}
# Only the app gets SIGTERM: it drains, and stops PostgreSQL and nats-server last.
KillMode=mixed
TimeoutStopSec=180
Restart=on-failure
RestartSec=2
OOMPolicy=continue
LimitNOFILE=65536
TasksMax=1024
SyslogIdentifier=tidegate
${user ? `${state}${besides}\n\n${AS_ROOT(isAtHome ? 'read-only' : 'yes')}\n` : '\n'}${ANYWHERE}

[Install]
WantedBy=${user ? 'multi-user.target' : 'default.target'}
`;
}

/** One word for systemd, whose own signs are doubled. */
function word(text: string): string {
  const escaped = text.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /[\s"'\\]/.test(escaped) ? `"${escaped.replaceAll(/["\\]/g, '\\$&')}"` : escaped;
}
