import { SERVICE_NAMES } from '@tidegate/contracts/kernel/service-names';
import { BUS_MEMBERS, makePassword, makeSecrets, sealingNames, variablePrefix } from './secrets-file.ts';

/* The Secrets of deploy/k8s, made here and nowhere stored: each role is given its own, and what all must know. */

/** By the name of a Secret, its keys and values. */
export function kubernetesSecrets(): Record<string, Record<string, string>> {
  const made = makeSecrets();
  const pick = (keep: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(made).filter(([name]) => keep(name)));
  const publicKeys = BUS_MEMBERS.map((member) => sealingNames(member)[0]);
  const shared = [...publicKeys, 'CALLER_SECRET', 'METRICS_TOKEN'];
  const ownOf = (member: string) => {
    const prefix = variablePrefix(member);
    const names = [`${prefix}_DATABASE_PASSWORD`, `NATS_${prefix}_PASSWORD`, `${prefix}_ENCRYPTION_KEY`];
    return [...names, sealingNames(member)[1]];
  };
  const also: Record<string, string[]> = {
    platform: ['POSTGRES_PASSWORD'],
    'monitor-agent': ['MONITOR_PLATFORM_PASSWORD'],
  };
  const members = [...SERVICE_NAMES, 'platform'].map((member) => {
    const names = [...ownOf(member), ...(also[member] ?? [])];
    return [`tidegate-${member}`, pick((name) => names.includes(name))] as const;
  });
  return {
    'tidegate-shared': pick((name) => shared.includes(name)),
    ...Object.fromEntries(members),
    'tidegate-admin': { ADMIN_PASSWORD: makePassword() },
  };
}
