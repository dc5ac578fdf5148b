import { globSync, readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const NAMED = /(?:\btidegate:|\/tidegate, newTag: |^ARG VERSION=)(\d+\.\d+\.\d+)/gm;

test('images that documents and manifests name are of this version', () => {
  const files = [
    'deploy/Dockerfile',
    ...globSync(['deploy/k8s/**/*.yaml', 'deploy/compose/*.yaml', 'docs/*.md', 'README.md']),
  ];
  const named = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(NAMED)].map(([, found]) => ({ file, version: found })),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((one) => one.version !== version)).toEqual([]);
});
