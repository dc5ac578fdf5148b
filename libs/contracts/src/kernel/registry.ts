import type { Event } from './event.ts';
import type { Live } from './live.ts';
import type { Operation } from './operation.ts';

/*
 * Every contract that this process has imported. Two contracts with the same subject or route fail the start.
 */
type Contract = Operation | Event | Live;
const bySubject = new Map<string, Contract>();
const routes = new Map<string, string>();

export function register<C extends { subject: string; kind: Contract['kind'] }>(contract: C): C {
  if (bySubject.has(contract.subject)) {
    throw new Error(`Two contracts have the subject ${contract.subject}. Rename one of them.`);
  }
  const route = contract as unknown as Operation;
  if (contract.kind === 'operation' && route.http) {
    const [method, path] = route.http;
    const key = `${method} ${path.replaceAll(/\{[^}]+\}/g, '{}')}`;
    const other = routes.get(key);
    if (other) throw new Error(`${contract.subject} and ${other} have the same route ${method} ${path}.`);
    routes.set(key, contract.subject);
  }
  bySubject.set(contract.subject, contract as unknown as Contract);
  return contract;
}

const ordered = () => [...bySubject.values()].sort((a, b) => (a.subject < b.subject ? -1 : 1));

export const operations = (): Operation[] => ordered().filter((contract) => contract.kind === 'operation');
export const events = (): Event[] => ordered().filter((contract) => contract.kind === 'event');
export const liveTopics = (): Live[] => ordered().filter((contract) => contract.kind === 'live');
