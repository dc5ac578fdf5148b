import { portLike } from '@tidegate/runtime/embedded/free-port';
import { readMemory, remember } from './kernel/installation.ts';

/**
 * The ports on which the processes of `start --services` serve health and metrics: HEALTH_PORT and those after it, in the
 * order of the names; otherwise ports that were free when first chosen and stay the same, so that Prometheus finds them
 * after a restart (`tidegate status --json` lists them).
 */
export async function healthPorts(
  names: readonly string[],
  { dataDir, first }: { dataDir: string; first: number | undefined },
): Promise<Map<string, number>> {
  if (first) return new Map(names.map((name, index) => [name, first + index]));
  const { ports } = readMemory(dataDir);
  const found = new Map<string, number>();
  for (const name of names) {
    let port = await portLike(ports.health?.[name]);
    while ([...found.values()].includes(port)) port = await portLike(undefined);
    found.set(name, port);
  }
  remember(dataDir, { ports: { ...ports, health: Object.fromEntries(found) } });
  return found;
}
