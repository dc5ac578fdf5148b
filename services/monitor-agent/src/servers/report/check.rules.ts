import type { ServerCheck } from '@tidegate/contracts/monitor-agent/server-check';

export type Finding = Omit<ServerCheck, 'ok' | 'severity'> & { severity: ServerCheck['severity'] };

export const passed = (id: string, what: string): ServerCheck => ({ id, ok: true, severity: 'info', what });
export const failed = (finding: Finding): ServerCheck => ({ ok: false, ...finding });
export const check = (ok: boolean, id: string, what: string, otherwise: Omit<Finding, 'id'>): ServerCheck =>
  ok ? passed(id, what) : failed({ id, ...otherwise });

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const MAX_NAMES = 10;

/** Some of them by name: there may be thousands. */
export function listed(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return names.slice(0, MAX_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
