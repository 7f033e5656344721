/** What is left to do by hand once every check passes. The moment of going live is the first boot with the live key. */
export function stepsToLive(baseUrl: string): string[] {
  return [
    'Give the live installation a database of its own (DATABASE_URL): test and live never share one.',
    `Set ONPAID_URL=${baseUrl}, a new ONPAID_SECRET, and the vendors’ own live settings.`,
    'Set STRIPE_SECRET_KEY to the live key: a restricted one with the permissions "onpaid connect stripe" lists.',
    'Set STRIPE_WEBHOOK_SECRET to the live endpoint’s signing secret. Whether it is the right one shows at the first delivery.',
    'Start it. Its first boot is stamped as the moment of going live: what was paid before that welcomes nobody.',
    'Buy something with a real card, see it under Operations, refund it, and run "onpaid doctor".',
  ];
}
