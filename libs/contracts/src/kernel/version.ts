/** Of this release, as in the root's package.json: a test compares them. */
export const VERSION = '0.2.0';
