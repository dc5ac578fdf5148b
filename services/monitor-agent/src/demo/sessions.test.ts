import { FLEET } from './fleet.ts';
import { activityAt, instantsOf } from './sessions.ts';

const HOUR_MS = 3_600_000;

test('whenever the demo was filled, somebody is at work in its last snapshot', () => {
  for (const server of FLEET) {
    for (let until = Date.UTC(2026, 10, 28); until < Date.UTC(2026, 10, 30); until += HOUR_MS / 7) {
      const last = instantsOf({ from: until - HOUR_MS, to: until, until }, []).at(-1);
      const { sessions, active } = activityAt(server, last?.at ?? 0, { spanMs: last?.spanMs ?? 0, jams: [], until });
      expect(sessions.length, `${server.name} at ${new Date(until).toISOString()}`).toBeGreaterThan(0);
      expect(active).toBe(sessions.length);
    }
  }
});
