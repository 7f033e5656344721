import { addressableName } from '../../format.ts';
import type { Fact } from '../../letter.ts';
import type { Brand } from '../../types.ts';

/** What several letters say in the same words. */

export function greet(name: string | null): string {
  const addressable = addressableName(name);
  return addressable ? `Hello ${addressable},` : 'Hello,';
}

/** " for the Pro plan", or nothing. */
export function forPlan(plan: { name: string } | null): string {
  return plan ? ` for the ${plan.name} plan` : '';
}

export function planFact(plan: { name: string } | null): Fact[] {
  return plan ? [{ label: 'Plan', value: plan.name }] : [];
}

export function invoiceFact(invoiceNumber: string | null): Fact[] {
  return invoiceNumber ? [{ label: 'Invoice', value: invoiceNumber }] : [];
}

export function supportLine({ supportEmail }: Brand): string {
  return `Questions? Write to ${supportEmail}.`;
}
