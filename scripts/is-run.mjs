import { fileURLToPath } from 'node:url';

/** Whether the module with this `import.meta.url` is the program that runs. The Node of a system may be too old for `import.meta.main`. */
export const isRun = (url) => process.argv[1] === fileURLToPath(url);
