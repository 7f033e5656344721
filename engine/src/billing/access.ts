/** Why somebody has or lacks access. The same answer gates the portal, feeds the API, and is printed as the explanation. */
export type AccessReason =
  | { code: 'active'; subscriptionId: string; renewsAt: string | null }
  | { code: 'trialing'; subscriptionId: string; trialEndsAt: string | null }
  | { code: 'canceling'; subscriptionId: string; endsAt: string | null }
  | { code: 'past_due'; subscriptionId: string; graceEndsAt: string }
  | { code: 'grace_over'; subscriptionId: string; graceEndedAt: string }
  | { code: 'lifetime'; checkoutId: string }
  | { code: 'payment_processing'; checkoutId: string }
  | { code: 'payment_pending'; subscriptionId: string }
  | { code: 'paused'; subscriptionId: string }
  | { code: 'unpaid'; subscriptionId: string }
  | { code: 'ended'; subscriptionId: string; endedAt: string | null }
  | { code: 'never_paid' };

export interface Access {
  allow: boolean;
  reason: AccessReason;
  /** When time alone will change this answer; null when it will not. */
  until: Date | null;
  /** Keys of the plans that give it. */
  plans: string[];
  grants: string[];
}
