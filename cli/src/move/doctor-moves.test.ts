import { STORING_SERVICES, type StoringService } from '@tidegate/contracts/kernel/service-names';
import { judgeMoves, type Mark } from './doctor-moves.ts';

const NOW = Date.parse('2026-11-29T18:00:00Z');
const HOUR = 3_600_000;
const marks = (
  orgId: string,
  state: Mark['state'],
  hoursAgo: number,
  services: readonly StoringService[] = STORING_SERVICES,
): Mark[] => services.map((service) => ({ service, orgId, state, since: new Date(NOW - hoursAgo * HOUR) }));
const codes = (of: Mark[]) => judgeMoves(of, NOW).map(({ code }) => code);

test('nothing moves: nothing is said', () => {
  expect(judgeMoves([], NOW)).toEqual([]);
});

test('a move under way is told, with since when and what ends it; one that nobody ended is a problem', () => {
  const [fresh] = judgeMoves(marks('o-1', 'frozen', 2), NOW);
  expect(fresh?.code).toBeUndefined();
  expect(fresh?.what).toContain('o-1 is frozen by a move since 2026-11-29 16:00 UTC');
  expect(fresh?.what).toContain('npx tidegate organisations thaw o-1');
  const [old] = judgeMoves(marks('o-1', 'frozen', 25), NOW);
  expect(old).toMatchObject({ code: 'organisation_frozen' });
  expect(old?.fix).toContain('npx tidegate organisations thaw o-1');
  expect(old?.fix).toContain('npx tidegate organisations remove o-1');
});

test('what was interrupted is named with how it goes on, once it cannot be under way any more', () => {
  const some = STORING_SERVICES.slice(0, 2);
  expect(codes(marks('o-1', 'frozen', 0.1, some))).toEqual([undefined]);
  expect(judgeMoves(marks('o-1', 'frozen', 2, some), NOW)).toMatchObject([
    { code: 'freeze_interrupted', what: expect.stringContaining(`frozen in ${some.join(', ')} only`) },
  ]);
  expect(codes(marks('o-1', 'arriving', 0.5))).toEqual([undefined]);
  expect(judgeMoves(marks('o-1', 'arriving', 2), NOW)).toMatchObject([
    { code: 'move_interrupted', fix: expect.stringContaining('import, of the same file') },
  ]);
});

test('of many the oldest are listed, and how many there are', () => {
  const many = Array.from({ length: 9 }, (_, at) => marks(`o-${at}`, 'frozen', 30 + at)).flat();
  const found = judgeMoves(many, NOW);
  expect(found).toHaveLength(6);
  expect(found[0]?.what).toContain('o-8');
  expect(found.at(-1)?.what).toContain('9 organisations are frozen or arriving, 4 of them');
});
