import { describe, expect, it } from 'vitest';
import { walledScene } from './scene.ts';

describe('postern check', () => {
  it.each(['en', 'de'])('says what to type, and why port 465 does not work (%s)', async (lang) => {
    const scene = await walledScene();
    const { status, out, err } = await scene.run(['check', 'anna@example.test', '--lang', lang]);
    expect(out).toMatchSnapshot();
    expect(err).toBe('');
    expect(status).toBe(1);
  });
});
