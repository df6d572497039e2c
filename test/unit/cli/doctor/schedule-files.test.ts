import { describe, expect, it } from 'vitest';
import { crontabLine, serviceUnit, systemdWord, timerUnit } from '../../../../src/cli/doctor/schedule-files.ts';

const TIMER = {
  ...{ name: '100%.yml', user: 'ops', home: '/home/o ps', calendar: 'hourly' },
  ...{ splayMs: 90_000, longestMs: 600_000 },
};

describe('a line of a crontab', () => {
  it('quotes what a shell would read, and the percent sign that cron would', () => {
    expect(crontabLine('5 * * * *', ['/n', 'run', 'a b.yml', '-l', 'web[1:3]:!x', "it's", '50%'])).toBe(
      "5 * * * * /n run 'a b.yml' -l 'web[1:3]:!x' 'it'\\''s' '50\\%'",
    );
  });

  it('never has a line break', () => {
    expect(() => crontabLine('* * * * *', ['a\nb'])).toThrow('line break');
  });
});

describe('the units', () => {
  it.each([
    ['plain/-p=1,2', 'plain/-p=1,2'],
    ['100%', '100%%'],
    ['$HOME', '$$HOME'],
    ['a b', '"a b"'],
    ['say "x\\y"', '"say \\"x\\\\y\\""'],
    ['web[1:3]', '"web[1:3]"'],
    ['', '""'],
    ["it's;", '"it\'s;"'],
  ])('take the word %s literally', (word, expected) => {
    expect(systemdWord(word)).toBe(expected);
  });

  it('name the user, his home, and a limit beyond the deadline of the run', () => {
    const unit = serviceUnit(['/n', 'run', 'a b'], TIMER);
    expect(unit).toEqual(
      expect.arrayContaining([
        ...['Description=unbusy 100%%.yml', 'User=ops', 'Environment="HOME=/home/o ps"', 'ExecStart=/n run "a b"'],
        'TimeoutStartSec=900',
      ]),
    );
    const odd = serviceUnit(['/n', '$HOME'], { ...TIMER, home: '/home/$5%' });
    expect(odd).toEqual(expect.arrayContaining(['Environment=HOME=/home/$5%%', 'ExecStart=/n $$HOME']));
    expect(timerUnit(TIMER)).toEqual(
      expect.arrayContaining([
        'OnCalendar=hourly',
        'RandomizedDelaySec=90',
        'FixedRandomDelay=true',
        'Persistent=true',
      ]),
    );
  });
});
