export * from './generated/api.ts';
export { TidegateProblem } from './problem.ts';
export type { CallOptions, ClientOptions, Route } from './transport.ts';
