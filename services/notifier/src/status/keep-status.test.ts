import { COMPONENTS, noteStates, readStatus } from '@tidegate/contracts/notifier/incidents';
import { NotifierWorld } from '../../test/fixture.ts';

const MINUTE = 60_000;
const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE).toISOString();
const operational = (since: string) =>
  COMPONENTS.map((component) => ({ component, state: 'operational' as const, since }));

test('while no gateway looked every part was down; a restart, another gateway and a clock that is ahead make no such gap', async () => {
  const world = await NotifierWorld.start();
  await world.boot();
  const note = (watchedFrom: string, begins = true) =>
    world.asService(noteStates, { changes: begins ? operational(watchedFrom) : [], watchedFrom });
  const lookedUntil = (minutes: number) =>
    world.sql(`update status_watch set watched_until = now() - make_interval(mins => $1)`, [minutes]);
  const down = async () => {
    const { days } = await world.asService(readStatus, {});
    return COMPONENTS.map((name) =>
      days
        .filter(({ component }) => component === name)
        .reduce((sum, day) => sum + Math.round(day.downSeconds / 60), 0),
    );
  };
  const all = (minutes: number) => COMPONENTS.map(() => minutes);

  expect(await world.asService(readStatus, {})).toEqual({ incidents: [], days: [], recordedSince: null });
  const begun = ago(180);
  await note(begun);
  expect(await world.asService(readStatus, {})).toEqual({ incidents: [], days: [], recordedSince: begun });

  await lookedUntil(4);
  await note(ago(0));
  expect(await down()).toEqual(all(0));

  // Another gateway has looked all the time and could not say so.
  await lookedUntil(60);
  await note(ago(170), false);
  expect(await down()).toEqual(all(0));

  await lookedUntil(1);
  await note(new Date(Date.now() + 60 * MINUTE).toISOString(), false);
  expect(await down()).toEqual(all(0));

  await lookedUntil(60);
  await note(ago(20));
  expect(await down()).toEqual(all(40));
});
