import { describe, expect, it } from 'vitest';
import { LabZone } from './lab-zone.ts';

const text = 'a.test. MX 10 old.test.\na.test. TXT "text"\nb.test. A 192.0.2.1\n';

describe('publishing', () => {
  it.each(['a.test. MX 10 new.test.', 'A.test MX 10 new.test.', 'a.test. 60 IN MX 10 new.test.'])(
    '%s takes the place of what the owner had',
    (line) => {
      const zone = new LabZone(text, {});
      zone.publish([line]);
      expect(zone.text).toBe(`a.test. TXT "text"\nb.test. A 192.0.2.1\n${line}\n`);
    },
  );

  it.each([
    ['a directive', '$ORIGIN b.test.'],
    ['a comment', '; nothing'],
    ['nothing', ''],
    ['a line without an owner', ' A 192.0.2.2'],
    ['two lines', 'c.test. A 192.0.2.2\nb.test. A 192.0.2.2'],
    ['half a record', 'c.test. TXT ('],
    ['an owner alone', 'c.test.'],
  ])('%s is refused, and changes nothing', (_what, line) => {
    const zone = new LabZone(text, {});
    expect(() => {
      zone.publish(['a.test. MX 10 new.test.', line]);
    }).toThrow(expect.objectContaining({ name: 'UsageError' }));
    expect(zone.text).toBe(text);
  });
});
