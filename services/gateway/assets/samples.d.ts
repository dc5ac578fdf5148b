export interface Call {
  operationId: string;
  method: string;
  path: string;
  parameters: Record<string, string>;
  query: Record<string, string | number | boolean>;
  body?: unknown;
  isPublic?: boolean;
}
type Sample = (call: Call, origin: string) => string;
export declare const addressOf: Sample;
export declare const curl: Sample;
export declare const typescript: Sample;
export declare const python: Sample;
