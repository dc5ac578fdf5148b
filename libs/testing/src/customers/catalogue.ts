import { readFileSync } from 'node:fs';

/** The catalogue of tests with a meter of the operator's own and room for what is done here. */
export function customersCatalogue(): string {
  return readFileSync('libs/testing/plans.yaml', 'utf8')
    .replace('plans:\n', '  widgets: { kind: metered, name: Widgets, unit: widget }\n\nplans:\n')
    .replaceAll('        api_calls:', '        widgets: unlimited\n        api_calls:')
    .replace('limit: 10_000, note: Calls', 'limit: 50_000_000, note: Calls')
    .replace('bots: 5\n', 'bots: 100_000\n')
    .replace('notifications: 100\n', 'notifications: 1_000_000\n');
}
