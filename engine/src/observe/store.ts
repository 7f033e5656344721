/** What screens, the command line and the success page read: one query each, mapped to plain views. */

export type { EffectState } from '../effects/ledger-store.ts';
export { accountsOf } from './accounts-store.ts';
export { type ApiVersionCount, readApiVersions } from './api-versions-store.ts';
export type { Buyer } from './buyer.ts';
export { type CheckoutProgress, maskEmail, type ProgressStep } from './checkout-progress.ts';
export {
  type CustomerFilter,
  type CustomerView,
  customerFilters,
  type SyncState,
} from './customer-view.ts';
export { type CustomerQuery, getCustomer, listCustomers } from './customers-store.ts';
export {
  type Described,
  describeEffectKind,
  describeEventType,
  describeTimelineEntry,
  type Standing,
} from './describe.ts';
export {
  type EffectGroup,
  type EffectView,
  effectGroups,
  listEffects,
  listRemoteRecords,
  type RemoteRecord,
} from './effects-store.ts';
export { type EventGroup, type EventView, getEvent, getEventPayload, listEvents } from './events-store.ts';
export { listStripeIdentities, type StripeIdentity } from './identities-store.ts';
export type { Page } from './paging.ts';
export { readCheckoutProgress } from './progress-store.ts';
export { countedUpTo, getSummary, type IssueView, listIssues, type Summary } from './summary-store.ts';
export type { TimelineEntry, TimelineKind } from './timeline.ts';
export { timelineKinds } from './timeline.ts';
export { getTimeline, type TimelineQuery } from './timeline-store.ts';
