import type { Io } from '../io.ts';

/** How this run was started, so that what is shown can be typed as it stands. */
export function commandName(env: Io['env']): string {
  const by = env['npm_lifecycle_event'];
  if (by === 'start') return 'npm start --';
  return by === 'npx' ? 'npx postern' : 'postern';
}
