import { defineConfig, type Plan, type Policy, policyOf } from '../config.ts';

const brand = {
  name: 'Northwind Notes',
  tagline: 'Notes',
  description: 'Notes',
  supportEmail: 'help@example.com',
  accent: { light: '#000', dark: '#fff' },
};

/** A plan sold monthly under the lookup key `<key>_monthly`. */
export function aPlan(key: string, change: Partial<Plan> = {}): Plan {
  const price: Plan['prices'][number] = {
    lookupKey: `${key}_monthly`,
    interval: 'month',
    create: { amountCents: 4900, currency: 'usd' },
  };
  const name = key.charAt(0).toUpperCase() + key.slice(1);
  const [plan] = defineConfig({
    brand,
    plans: [{ key, name, description: '', prices: [price], ...change }],
  }).plans;
  if (plan === undefined) throw new Error('defineConfig lost the plan.');
  return plan;
}

/** The default policy, as a founder who changes nothing has it. */
export function aPolicy(change: Partial<Policy> = {}): Policy {
  return { ...policyOf(defineConfig({ brand, plans: [aPlan('team')] })), plans: [], ...change };
}
