/** What is checked of the whole repository, whatever has changed: name and arguments of Node. */
export const REPO_CHECKS = [
  ['repository rules', ['scripts/check-repo.mjs']],
  ['generated files are current', ['scripts/generate.mjs', '--check']],
];
