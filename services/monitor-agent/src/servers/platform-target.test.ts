import { MonitorAgentConfig } from '../monitor-agent.config.ts';
import { platformTarget } from './platform-target.ts';

const target = (settings: Record<string, string>) =>
  platformTarget(new MonitorAgentConfig(MonitorAgentConfig.schema.parse(settings)));

test('the installation’s own database is watched as the settings say, without TLS only where they say so', () => {
  const settings = { MONITOR_PLATFORM_HOST: 'postgres', MONITOR_PLATFORM_PASSWORD: 'p' };
  expect(target(settings)).not.toHaveProperty('tlsMode');
  expect(target({ ...settings, MONITOR_PLATFORM_TLS: 'disable' })).toMatchObject({
    host: 'postgres',
    tlsMode: 'disable',
  });
  expect(target({})).toBeUndefined();
});
