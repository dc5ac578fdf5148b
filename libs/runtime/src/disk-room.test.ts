import { mkdtempSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskRoom } from './disk-room.ts';
import { readDiskRoom } from './disk-settings.ts';
import { SettingsReader } from './settings-reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-disk-'));
const roomAt = (lowPercent: number, nonePercent: number, folders = [folder]) =>
  new DiskRoom({ folders, lowPercent, nonePercent }).measure();

test('a disk has room, little or none, by what is free of it; of a large one a tenth is much', async () => {
  const { bavail, blocks, bsize } = await statfs(folder);
  expect(await roomAt(0, 0)).toBe('enough');
  expect(await roomAt(100, 0)).toBe(bavail * bsize < 5 * 1024 ** 3 && bavail < blocks ? 'low' : 'enough');
  expect(await roomAt(100, 100)).toBe(bavail * bsize < 2 * 1024 ** 3 && bavail < blocks ? 'none' : 'enough');
});

test('a folder that is not there, and servers elsewhere, limit nothing', async () => {
  expect(await roomAt(50, 50, [join(folder, 'nowhere')])).toBe('enough');
  const elsewhere = new DiskRoom(undefined);
  expect([elsewhere.now, await elsewhere.measure()]).toEqual(['enough', 'enough']);
});

test('the disk is that of the embedded servers, or of the folders that are named, which have to be there', () => {
  const read = (env: NodeJS.ProcessEnv, asks = true) => {
    const reader = new SettingsReader(env, {});
    const room = readDiskRoom(reader, { env, dataDir: folder, asks });
    return { folders: room?.folders, problems: reader.problems };
  };
  expect(read({})).toEqual({ folders: undefined, problems: [] });
  expect(read({ TIDEGATE_EMBEDDED: 'true' }).folders).toContain(folder);
  expect(read({ DISK_FOLDERS: ` ${folder}, /tmp,` })).toEqual({ folders: [folder, '/tmp'], problems: [] });
  const wrong = { DISK_FOLDERS: `${folder},${folder}/nowhere` };
  expect(read(wrong).problems).toEqual([`DISK_FOLDERS: there is no folder ${folder}/nowhere`]);
  // Migrations and an operator's commands have the same settings, and not every volume.
  expect(read(wrong, false).problems).toEqual([]);
  expect(read({ DISK_LOW_PERCENT: '3' }).problems).toEqual([
    'DISK_FULL_PERCENT must not be larger than DISK_LOW_PERCENT',
  ]);
});
