export * from './generated/api.ts';
export { isProblem, problemOf, TidegateProblem } from './transport/problem.ts';
export type { CallOptions, ClientOptions, Route } from './transport/transport.ts';
