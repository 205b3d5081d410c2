import { describe, expect, test } from 'vitest';
import { makeScenes, play } from './matrix.ts';

const scenes = await makeScenes();

describe.each(['first-bytes', 'count'] as const)('SETUP-030 real sockets, evidence %s', (evidence) => {
  test.each(scenes)('TLS-036 $name: $expected', async (scene) => {
    expect(await play(scene, evidence)).toBe(scene.expected);
  });
});
