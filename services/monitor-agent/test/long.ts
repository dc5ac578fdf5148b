/** Whether proofs take their long form: `npm run test:long`. */
export const LONG = Boolean(process.env['TEST_LONG']);
