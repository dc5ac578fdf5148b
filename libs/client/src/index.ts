export * from './generated/api.ts';
export { isProblem, TidegateProblem } from './transport/problem.ts';
export type { CallOptions, ClientOptions, Route } from './transport/transport.ts';
