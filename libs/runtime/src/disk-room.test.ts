import { mkdtempSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskRoom } from './disk-room.ts';

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
