import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Tests, and the contract that every connector's tests run. */
const tests = ['*.test.ts', '*.test.tsx', '*.spec.ts', 'connectors/src/testing/contract.ts'];

const root = join(import.meta.dirname, '..');

test('every numbered rule is quoted by a test, and no test quotes a rule that is not there', () => {
  const rules = [...readFileSync(join(root, 'docs/rules.md'), 'utf8').matchAll(/^- \*\*([A-Z]{2}\d+)\*\*/gm)].map(
    (match) => match[1] ?? '',
  );
  const files = execFileSync('git', ['ls-files', ...tests], {
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
  expect(rules.filter((rule) => !quoted.has(rule))).toEqual([]);
  expect([...quoted].filter((rule) => !rules.includes(rule))).toEqual([]);
});
