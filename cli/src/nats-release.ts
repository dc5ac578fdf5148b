import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The checksums are those from which the vendor's own image of this version is built
 * (github.com/nats-io/nats-docker, 2.10.x/alpine3.22/Dockerfile at ef05cf93a7e78a62acee023d9578e5169f47c738).
 */
export const NATS_RELEASE = {
  version: '2.10.29',
  base: 'https://github.com/nats-io/nats-server/releases/download',
  archives: {
    x64: { arch: 'amd64', sha256: 'e314da74a83a1d3876db8814c27eb990fe729640fd6452025b441bcede8390da' },
    arm64: { arch: 'arm64', sha256: 'da4b27942ecfb4c5f0c54553d2e7f470ddda9d7581cfe8131b351a0e223ed401' },
  } as Record<string, { arch: string; sha256: string }>,
};

/** Downloads the release for this machine and puts `nats-server` into the folder. Any other checksum is refused. */
export async function fetchRelease(tools: string, release = NATS_RELEASE): Promise<void> {
  const archive = process.platform === 'linux' ? release.archives[process.arch] : undefined;
  if (!archive) throw new Error(`no release is known for ${process.platform}-${process.arch}`);
  const name = `nats-server-v${release.version}-linux-${archive.arch}`;
  const url = `${release.base}/v${release.version}/${name}.tar.gz`;
  const response = await fetch(url, { signal: AbortSignal.timeout(120_000) }).catch((error: Error) => {
    throw new Error(`${url}: ${(error.cause as Error | undefined)?.message ?? error.message}`);
  });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== archive.sha256) throw new Error(`${url} has checksum ${sha256}, not ${archive.sha256}`);
  mkdirSync(tools, { recursive: true });
  // Unpacked elsewhere and renamed: another start never sees half a binary.
  const part = mkdtempSync(join(tools, '.unpack-'));
  try {
    writeFileSync(join(part, 'archive.tar.gz'), bytes);
    execFileSync('tar', ['-xzf', 'archive.tar.gz', `${name}/nats-server`], { cwd: part, stdio: 'pipe' });
    chmodSync(join(part, name, 'nats-server'), 0o755);
    renameSync(join(part, name, 'nats-server'), join(tools, 'nats-server'));
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}
