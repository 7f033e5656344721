import { defineConfig } from '@onpaid/engine';

/** Yours to change: the company, its plans, and what a failed payment does to access. */
export default defineConfig({
  brand: {
    name: 'Northwind Notes',
    tagline: 'Meeting notes your whole team will read.',
    description:
      'Northwind Notes turns every call into a page with decisions, owners and dates, and puts it where your team already works.',
    supportEmail: 'help@northwind.example',
    accent: { light: '#1d4ed8', dark: '#93b4ff' },
    postalAddress: 'Northwind Notes Ltd, 1 Harbour Street, Dublin',
  },
  plans: [
    {
      key: 'starter',
      name: 'Starter',
      description: 'For one person who wants to stop taking notes.',
      points: ['20 meetings a month', 'Decisions and owners', 'Search across a year'],
      prices: [
        { lookupKey: 'starter_monthly', interval: 'month', create: { amountCents: 1200, currency: 'usd' } },
        { lookupKey: 'starter_yearly', interval: 'year', create: { amountCents: 12000, currency: 'usd' } },
      ],
      grants: ['app'],
    },
    {
      key: 'team',
      name: 'Team',
      description: 'For teams that want one place for what was agreed.',
      points: ['Unlimited meetings', 'Shared pages and reminders', 'Connects to your CRM', 'Answers within a day'],
      recommended: true,
      prices: [
        { lookupKey: 'team_monthly', interval: 'month', create: { amountCents: 4900, currency: 'usd' } },
        { lookupKey: 'team_yearly', interval: 'year', create: { amountCents: 49000, currency: 'usd' } },
      ],
      grants: ['app', 'team'],
    },
  ],
  policy: { graceDays: 7 },
});
