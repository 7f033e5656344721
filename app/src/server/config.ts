import { describeProblems, type Environment, loadEnvironment } from '@onpaid/engine';

/** Read when the first request needs it, not while pages are built: a build has no environment. */
export function readEnvironment(): Environment {
  const loaded = loadEnvironment(process.env);
  if (loaded.ok) return loaded.environment;
  throw new Error(describeProblems(loaded.problems));
}

/** For the connectors, which name and judge their own. */
export function readVariables(): Record<string, string | undefined> {
  return process.env;
}
