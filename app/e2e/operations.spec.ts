import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { buy } from './buy.ts';
import { expect, signInAsStaff, withInstallation } from './installation.ts';

const test = withInstallation();

/** Only what matters to somebody who cannot see, or cannot use a mouse. */
async function seriousFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`no page shuts anybody out, ${colorScheme}`, async ({ browser, installation }) => {
    const run = await installation.run();
    const context = await browser.newContext({ colorScheme, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await buy(page, run, { email: `axel.${colorScheme}@customer.example`, name: 'Axel Abt' });
    await expect(page.getByRole('heading', { level: 1 })).toContainText(/ready/i);
    expect(await seriousFindings(page), page.url()).toEqual([]);
    await signInAsStaff(page, installation);
    const customer = await page
      .getByRole('row')
      .filter({ hasText: 'axel' })
      .getByRole('link')
      .first()
      .getAttribute('href');
    const { app, pricing, operations } = run.urls;
    const pages = [
      app,
      pricing,
      `${app}/sign-in`,
      operations,
      `${app}${customer}`,
      `${operations}/effects?group=sent`,
      `${operations}/issues`,
      `${operations}/events`,
    ];
    for (const url of pages) {
      await page.goto(url);
      expect(await seriousFindings(page), url).toEqual([]);
      const overflow = await page.evaluate<number>(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(overflow, `${url} scrolls sideways`).toBe(0);
    }
    await context.close();
  });
}

test('who may only look cannot act, and a stranger sees nothing', async ({ page, installation }) => {
  const run = await installation.run();
  await page.goto(run.urls.operations);
  await expect(page).toHaveURL(/\/sign-in/);
  await signInAsStaff(page, installation, 'viewer');
  await page.goto(`${run.urls.operations}/effects?group=sent`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/effects/i);
  await expect(page.getByRole('button', { name: /retry|discard/i })).toHaveCount(0);
});
