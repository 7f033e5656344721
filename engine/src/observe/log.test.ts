import { expect, test } from 'vitest';
import { createLogger } from './log.ts';

function logged(write: (log: ReturnType<typeof createLogger>) => void): Record<string, unknown> {
  const lines: string[] = [];
  write(createLogger('receiver', { destination: { write: (line: string) => lines.push(line) } }));
  return JSON.parse(lines[0] ?? '{}');
}

test('a line is JSON with a time, a level in words and the ids that were given', () => {
  const line = logged((log) => log.child({ requestId: 'req_1' }).warn({ eventId: 'evt_1' }, 'webhook refused'));
  expect(line).toMatchObject({
    name: 'receiver',
    level: 'warn',
    requestId: 'req_1',
    eventId: 'evt_1',
    msg: 'webhook refused',
  });
  expect(new Date(String(line.time)).getTime()).toBeCloseTo(Date.now(), -5);
});

test('secrets passed by mistake are not written', () => {
  const line = JSON.stringify(
    logged((log) => log.info({ authorization: 'Bearer abc', request: { cookie: 'abc', url: '/x' }, card: 'abc' }, 'x')),
  );
  expect(line).not.toContain('abc');
  expect(line).toContain('"url":"/x"');
});
