/** Whether proofs take their long form: `npm run test:long`. */
export const LONG = process.env['TEST_LONG'] === '1';
