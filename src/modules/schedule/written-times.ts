/** Words that stand for whole expressions (systemd.time(7)). */
const WORDS = /^(?:minutely|hourly|daily|weekly|monthly|quarterly|semiannually|annually|yearly)(?: \S+)?$/;

const WEEKDAYS = /^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*(?:\.\.|,|-)?)+$/i;

const CRON_FIELD =
  /^(?:\*|[0-9]+|[A-Za-z]{3})(?:-(?:[0-9]+|[A-Za-z]{3}))?(?:\/[0-9]+)?(?:,(?:[0-9]+|[A-Za-z]{3})(?:-(?:[0-9]+|[A-Za-z]{3}))?)*$/;

/** The largest number of each field of crontab(5). */
const CRON_MOST = [59, 23, 31, 12, 7];

/** What is plainly wrong with a calendar expression; the host has the last word on the rest. */
export function calendarMistake(text: string): string | undefined {
  if (!/^[A-Za-z0-9*:,./~+ _-]+$/.test(text) || text.trim() !== text)
    return 'is no calendar expression (systemd.time(7))';
  if (cronMistake(text) === undefined)
    return 'is written as cron writes times: give it as `cron`, and here as systemd writes them';
  if (/^\d+ ?(?:ms|s|m|min|h|d|w)$/.test(text)) return 'is a length of time: give it as `every`';
  if (!/[0-9*]/.test(text) && !WORDS.test(text) && !WEEKDAYS.test(text))
    return 'is no calendar expression (systemd.time(7))';
  const [, hour = '0', minute = '0'] = /(?:^| )(\d+):(\d+)(?::|$| )/.exec(text) ?? [];
  return Number(hour) > 23 || Number(minute) > 59 ? 'has an hour or a minute that no day has' : undefined;
}

/** What is wrong with the time fields of a line of cron. */
export function cronMistake(text: string): string | undefined {
  if (/^@(?:hourly|daily|midnight|weekly|monthly)$/.test(text)) return undefined;
  const parts = text.split(' ');
  if (parts.length !== 5 || parts.some((part) => !CRON_FIELD.test(part)))
    return 'must be the five time fields of crontab(5)';
  const beyond = parts.some((part, index) =>
    [...part.matchAll(/\d+/g)].some(([digits]) => Number(digits) > (CRON_MOST[index] ?? 0)),
  );
  return beyond ? 'has a number that its field does not have (crontab(5))' : undefined;
}
