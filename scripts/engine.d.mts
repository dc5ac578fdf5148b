export interface EngineFound {
  cli?: string;
  compose?: string[];
  socket?: string;
  missing?: string;
}
export function findEngine(env?: NodeJS.ProcessEnv): Promise<EngineFound>;
export function buildArguments(
  cli: string,
  options: { file: string; tag: string; context: string; base?: string | undefined },
): string[];
export function baseImage(cli: string, env?: NodeJS.ProcessEnv): string | undefined;
