import { isSecretOf } from '../plan.ts';
import { type Finding, fail, type PromotionFacts, pass, some, unknown } from './finding.ts';

/** Whether what was tried went well. Plain values in, one finding out. */

export function stagingMode({ staging }: PromotionFacts): Finding {
  if (staging.mode === 'test') return pass('test mode');
  if (staging.mode === 'live') return fail('this installation is live already', 'There is nothing to promote.');
  return fail(
    'this is the sandbox, which has never met Stripe',
    'Set STRIPE_SECRET_KEY to a test key, run "onpaid connect stripe", and buy something.',
  );
}

export function deliveriesSeen({ staging, hours }: PromotionFacts): Finding {
  if (staging.polls) {
    return fail(
      `${staging.url} is on this machine: events are asked for, so no delivery was ever tried`,
      'Run the staging installation where Stripe can reach it, with "onpaid connect stripe".',
    );
  }
  const { deliveries, lastDeliveryAt } = staging.webhook;
  if (lastDeliveryAt === null) {
    return fail(`none in the last ${hours} hours`, 'Buy something in test mode, and look at Stripe’s delivery log.');
  }
  return pass(`${deliveries} in the last ${hours} hours, the last at ${lastDeliveryAt.toISOString()}`);
}

export function nothingRefused({ staging, hours }: PromotionFacts): Finding {
  const { refusals } = staging.webhook;
  if (refusals.length === 0) return pass(`none that carried a signature in the last ${hours} hours`);
  const detail = refusals
    .map(({ code, count, lastAt }) => `${count} ${code} (last ${lastAt.toISOString()})`)
    .join(', ');
  const isSecret = refusals.some(({ code }) => code === 'signature_mismatch');
  return fail(
    detail,
    `${isSecret ? 'Compare STRIPE_WEBHOOK_SECRET with the endpoint’s. ' : ''}The log names each by its request id. When the cause is mended, ask again after it is out of the window, or with a shorter --hours.`,
  );
}

export function nothingUndelivered({ staging, hours }: PromotionFacts): Finding {
  const { undelivered } = staging;
  if (!undelivered.known) return unknown(undelivered.why, 'The test key needs Events: read. Then ask again.');
  const ids = undelivered.value;
  if (ids.length === 0) return pass(`nothing of the last ${hours} hours is missing here`);
  return fail(
    `${ids.length} never arrived: ${some(ids)}`,
    'Find out why in Stripe’s delivery log, then resend them there.',
  );
}

export function secretOfTestMode({ staging, live }: PromotionFacts): Finding {
  const { secrets, webhook, endpoints } = staging;
  const liveEndpoints = live.endpoints.known ? live.endpoints.value : [];
  if (liveEndpoints.some((endpoint) => isSecretOf(endpoint, secrets))) {
    return fail(
      'STRIPE_WEBHOOK_SECRET holds a live endpoint’s secret beside a test key',
      'Take it out here; it belongs into the live installation.',
    );
  }
  if (webhook.quarantined > 0) {
    return fail(
      `${webhook.quarantined} live events were verified here`,
      'A live endpoint’s secret is here, and that endpoint leads here: take both away.',
    );
  }
  if (webhook.deliveries > 0) return pass('it verifies test deliveries, and no live one');
  if (endpoints.known && endpoints.value.some((endpoint) => isSecretOf(endpoint, secrets))) {
    return pass('it is that of an endpoint in test mode');
  }
  return unknown('nothing it verified says of which mode it is', 'Buy something in test mode, and ask again.');
}

export function invariantsHold({ staging: { violations } }: PromotionFacts): Finding {
  if (violations.length === 0) return pass('');
  return fail(some(violations), '"onpaid doctor" shows each; none of them may be there.');
}

export function noIssues({ staging: { openIssues, unknownEffects } }: PromotionFacts): Finding {
  if (openIssues + unknownEffects === 0) return pass('');
  return fail(
    `${openIssues} open issues, ${unknownEffects} effects whose outcome is unknown`,
    'Mend them under Issues, and answer what is asked under Effects.',
  );
}

export function noDrift({ staging: { drift } }: PromotionFacts): Finding {
  const { open, reconciledAt } = drift;
  if (open > 0) return fail(`${open} differences are not healed`, 'Run "onpaid reconcile"; it says what each was.');
  if (reconciledAt === null) return unknown('no reconcile has finished', 'Run "onpaid reconcile" once, to its end.');
  return pass(`compared to the end at ${reconciledAt.toISOString()}`);
}
