export { type Access, type AccessReason, access } from './billing/access.ts';
export { convergeSubjects, drainSubjects } from './billing/converge.ts';
export { handledTypes } from './billing/event-types.ts';
export { explainAccess } from './billing/explain.ts';
export type { PriceOnOffer, PriceReader } from './billing/prices.ts';
export { createStripeReader, type Snapshot, type StripeReader } from './billing/snapshot.ts';
export { createStripeCalls, type StripeCalls } from './billing/stripe-calls.ts';
export { createStripeClient, pinnedApiVersion, readStripeAccount } from './billing/stripe-client.ts';
export { verifySubjects } from './billing/verify.ts';
export { hurryIntent, sessionUrlOf } from './checkout/intent-store.ts';
export { type Seller, sellerOf } from './checkout/seller.ts';
export { type CheckoutContext, type CheckoutStart, startCheckout } from './checkout/start.ts';
export {
  type Brand,
  defineConfig,
  describeProblems,
  type Environment,
  type EnvironmentProblem,
  isLoopback,
  loadEnvironment,
  type Mode,
  type OnpaidConfig,
  type Plan,
  type Policy,
  policyOf,
  pollsEvents,
} from './config.ts';
export type { CrashPoint, LineContext } from './context.ts';
export { contactsMerged } from './customers/contacts.ts';
export { type DuplicateGroup, findDuplicates } from './customers/duplicates-store.ts';
export { type HistoryEntry, readHistory } from './customers/history-store.ts';
export { displayName, normaliseEmail } from './customers/identity.ts';
export type { Likeness, Lookalike } from './customers/lookalikes.ts';
export { type Merge, type Merged, mergeCustomers } from './customers/merge.ts';
export { markEmailVerified } from './customers/prove-address.ts';
export { type Split, type SplitResult, splitCustomer } from './customers/split.ts';
export type { BillingWord } from './customers/summary.ts';
export { type Database, type OpenDatabase, openDatabase, type Tx } from './db/database.ts';
export { type Deployment, DeploymentMismatch, isDatabaseReady, stampDeployment } from './db/deployment.ts';
export { type EmbeddedPostgres, startEmbeddedPostgres } from './db/embedded.ts';
export { type InvariantViolation, readInvariantViolations } from './db/invariants.ts';
export { engineMigrations, migrateToLatest } from './db/migrate.ts';
export { type ByHand, type ByHandContext, discardEffect, resolveUnknown, retryEffect } from './effects/by-hand.ts';
export type {
  Connection,
  Delivered,
  Failure,
  Guarantee,
  Handlers,
  MessageHandler,
  Result,
  SendContext,
  Slot,
  StateHandler,
  StoredRequest,
} from './effects/connection.ts';
export type { EffectKind, Money, Payloads, Person } from './effects/payloads.ts';
export { type DrainOptions, drainEffects } from './effects/run.ts';
export { startEventPolling } from './going-real/poll-events.ts';
export {
  type DriftRecord,
  readDriftRecord,
  readMissingEvents,
  readWebhookRecord,
  type WebhookRecord,
} from './going-real/promotion-store.ts';
export { createRefusalCounter, type RefusalCounter } from './going-real/refusals.ts';
export { describeStripeFailure, readStripeFailure, type StripeFailure } from './going-real/stripe-failure.ts';
export { createLogger, type LogFields } from './observe/log.ts';
export { createMetrics, type Metrics } from './observe/metrics.ts';
export * from './observe/store.ts';
export { MAX_BODY_BYTES, WEBHOOK_PATH, type WebhookOptions } from './receive/answer.ts';
export { type Delivery, type Disposition, readDelivery } from './receive/delivery.ts';
export { createWebhookHandler } from './receive/handler.ts';
export { type Receiver, startReceiver } from './receive/node-server.ts';
export {
  createRecorder,
  EventNotStored,
  type Recorded,
  type Recorder,
  type RecorderOptions,
  RecorderUnavailable,
} from './receive/record.ts';
export { type BackfillOptions, type BackfillProgress, type BackfillReport, backfill } from './repair/backfill.ts';
export type { Busy, RepairContext } from './repair/context.ts';
export type { Difference, DriftCause } from './repair/drift.ts';
export { type Drift, listDrift } from './repair/drift-store.ts';
export { fetchMissedEvents, type MissedEvents } from './repair/missed.ts';
export { ensurePayloadPartitions } from './repair/partitions.ts';
export {
  type ReconcileCounts,
  type ReconcileOptions,
  type ReconcileReport,
  reconcile,
  reconcileCustomer,
} from './repair/reconcile.ts';
export { type ReplayContext, type Replayed, type ReplayOptions, replayEvent, replayFile } from './repair/replay.ts';
export { type Purged, purgePayloads } from './repair/retention.ts';
export type { RepairOptions } from './repair/tasks.ts';
export { createWaker } from './wake.ts';
export { migrateWakeUps, startWorker, type Worker } from './worker.ts';
