/** Finds or installs a browser, then runs the journeys of app/e2e with Playwright. Extra arguments go to Playwright. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const candidates = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const browser = findBrowser() ?? installBrowser();
if (browser === null) {
  console.error(
    'The journeys need a Chromium or Chrome, and none was found or could be installed. Install one, or set CHROMIUM_PATH to it.',
  );
  process.exit(1);
}
const root = join(import.meta.dirname, '..');
const result = spawnSync(
  'playwright',
  ['test', '--config', join(root, 'app/e2e/playwright.config.ts'), ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, CHROMIUM_PATH: browser },
    shell: process.platform === 'win32',
  },
);
process.exit(result.status ?? 1);

function findBrowser(): string | null {
  return candidates.find((path) => path !== undefined && existsSync(path)) ?? null;
}

function installBrowser(): string | null {
  if (process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('Installing Chromium from Debian’s packages.');
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit' });
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { stdio: 'inherit' });
  } else {
    spawnSync('playwright', ['install', 'chromium'], { stdio: 'inherit' });
  }
  return findBrowser();
}
