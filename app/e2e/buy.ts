import { expect, type Page } from '@playwright/test';
import type { Run } from './installation.ts';

/** As a person would: choose a plan, give an address, pay on the hosted page, come back. */
export async function buy(page: Page, run: Run, person: { email: string; name: string }): Promise<void> {
  await page.goto(run.urls.pricing);
  await page.getByRole('link', { name: /choose team/i }).click();
  await page.getByLabel('Your e-mail address').fill(person.email);
  await page.getByRole('button', { name: 'Continue to payment' }).click();
  await expect(page).toHaveURL(/\/c\/pay\//);
  await page.getByLabel('Name').fill(person.name);
  await page.getByRole('button', { name: /Subscribe and pay/ }).click();
  await expect(page).toHaveURL(/\/checkout\/return/);
}
