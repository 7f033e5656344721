import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/**
 * Rules a journey in a browser holds, or that no test can hold alone; all others are quoted by a test's title.
 * AC1 and AC4 are shapes of the code that many tests rest on; EF7 and EF13 are told in titles of EF5 and the contract suite.
 */
const heldElsewhere = new Set(['AC1', 'AC4', 'EF7', 'EF13', 'SE4']);

const root = join(import.meta.dirname, '..');

test('every numbered rule is quoted by a test, and no test quotes a rule that is not there', () => {
  const rules = [...readFileSync(join(root, 'docs/rules.md'), 'utf8').matchAll(/^- \*\*([A-Z]{2}\d+)\*\*/gm)].map(
    (match) => match[1] ?? '',
  );
  const files = execFileSync('git', ['ls-files', '*.test.ts', '*.test.tsx', '*.spec.ts'], {
    cwd: root,
    encoding: 'utf8',
  })
    .trim()
    .split('\n');
  const quoted = new Set(
    files.flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/'([A-Z]{2}\d+): /g)].map((match) => match[1] ?? ''),
    ),
  );
  expect(rules.filter((rule) => !quoted.has(rule) && !heldElsewhere.has(rule))).toEqual([]);
  expect([...quoted].filter((rule) => !rules.includes(rule))).toEqual([]);
});
