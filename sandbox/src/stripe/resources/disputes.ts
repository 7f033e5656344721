import * as z from 'zod';
import { found, invalid } from '../api/errors.ts';
import { page, paging } from '../api/list.ts';
import { createdRange, flag, given, isWithin, mergeMetadata, metadata, text } from '../api/params.ts';
import { route } from '../api/route.ts';
import { change } from '../operation.ts';

const nothing = z.strictObject({});

// Of the evidence, what is written; files are no matter here.
const evidence = z.strictObject({
  access_activity_log: text.optional(),
  cancellation_rebuttal: text.optional(),
  customer_email_address: text.optional(),
  customer_name: text.optional(),
  product_description: text.optional(),
  refund_refusal_explanation: text.optional(),
  service_date: text.optional(),
  uncategorized_text: text.optional(),
});

const updateParams = z.strictObject({
  evidence: evidence.optional(),
  metadata: metadata.optional(),
  submit: flag.default(true),
});

const listParams = paging.extend({
  charge: text.optional(),
  created: createdRange.optional(),
  payment_intent: text.optional(),
});

export const disputeRoutes = [
  route('get', '/v1/disputes/:id', nothing, ({ state }, _params, id) => found(state.disputes, 'dispute', id)),

  route('post', '/v1/disputes/:id', updateParams, (operation, { evidence: words, metadata: labels, submit }, id) => {
    const dispute = found(operation.state.disputes, 'dispute', id);
    const isOpen = dispute.status === 'needs_response' || dispute.status === 'warning_needs_response';
    if (words && !isOpen) throw invalid(`This dispute is ${dispute.status}; its evidence can no longer be changed.`);
    const isSubmitted = words !== undefined && submit;
    change(operation, 'charge.dispute.updated', dispute, {
      evidence: { ...dispute.evidence, ...given(words ?? {}) },
      evidence_details: {
        ...dispute.evidence_details,
        has_evidence: dispute.evidence_details.has_evidence || words !== undefined,
        submission_count: dispute.evidence_details.submission_count + (isSubmitted ? 1 : 0),
      },
      metadata: mergeMetadata(dispute.metadata, labels),
      ...(isSubmitted && {
        status: dispute.status === 'needs_response' ? 'under_review' : 'warning_under_review',
      }),
    });
    return dispute;
  }),

  route('get', '/v1/disputes', listParams, ({ state }, { charge, created, payment_intent: intent, ...cursor }) =>
    page(
      '/v1/disputes',
      state.disputes,
      cursor,
      (dispute) =>
        (charge === undefined || dispute.charge === charge) &&
        (intent === undefined || dispute.payment_intent === intent) &&
        isWithin(dispute.created, created),
      { charge, payment_intent: intent },
    ),
  ),

  route('get', '/v1/radar/early_fraud_warnings/:id', nothing, ({ state }, _params, id) =>
    found(state.earlyFraudWarnings, 'early_fraud_warning', id),
  ),

  route(
    'get',
    '/v1/radar/early_fraud_warnings',
    listParams,
    ({ state }, { charge, created, payment_intent: intent, ...cursor }) =>
      page(
        '/v1/radar/early_fraud_warnings',
        state.earlyFraudWarnings,
        cursor,
        (warning) =>
          (charge === undefined || warning.charge === charge) &&
          (intent === undefined || warning.payment_intent === intent) &&
          isWithin(warning.created, created),
        { charge, payment_intent: intent },
      ),
  ),
];
