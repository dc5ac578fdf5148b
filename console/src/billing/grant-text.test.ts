import type { FeatureGrant, FeatureInfo } from '@tidegate/client';
import { grantText } from './grant-text.ts';

const info = (name: string, unit?: string) =>
  ({ key: 'x', kind: 'static', name, ...(unit ? { unit } : {}) }) as FeatureInfo;
const grant = (value: number): FeatureGrant => ({ kind: 'static', value });

test('a number stands with its unit, which is not said twice, and none is nothing', () => {
  expect(grantText(grant(30), info('Monitoring history', 'day'))).toBe('Monitoring history: 30 days');
  expect(grantText(grant(5), info('Storage', 'GB'))).toBe('Storage: 5 GB');
  expect(grantText(grant(600), info('API calls a minute', 'call'))).toBe('API calls a minute: 600');
  expect(grantText(grant(0), info('API calls a minute', 'call'))).toBeNull();
});
