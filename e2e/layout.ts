/** What the suite runs on; the test file that runs it says so before. */
export const layout = { processPerService: false };
