import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nameRun } from './test-run.ts';

export default function setUp(): void {
  nameRun(mkdtempSync(join(tmpdir(), 'tidegate-tests-')));
}
