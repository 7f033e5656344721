import { newId } from '../ids.ts';
import type { Charge, EarlyFraudWarning } from '../objects.ts';
import { change, emit, type Operation } from '../operation.ts';

/** The card's bank suspects fraud and says so, before anybody disputes anything. */
export function warnOfFraud(operation: Operation, charge: Charge, fraudType: string): EarlyFraudWarning {
  const warning: EarlyFraudWarning = {
    id: newId.earlyFraudWarning(),
    object: 'radar.early_fraud_warning',
    actionable: !charge.refunded && !charge.disputed,
    charge: charge.id,
    created: operation.at,
    fraud_type: fraudType,
    livemode: false,
    ...(charge.payment_intent && { payment_intent: charge.payment_intent }),
  };
  operation.state.earlyFraudWarnings.set(warning.id, warning);
  emit(operation, 'radar.early_fraud_warning.created', warning);
  return warning;
}

/** Once the money is back with the customer, or fought over, nothing can be done about a warning. */
export function settleWarnings(operation: Operation, charge: Charge): void {
  if (!charge.refunded && !charge.disputed) return;
  for (const warning of operation.state.earlyFraudWarnings.of('charge', charge.id)) {
    change(operation, 'radar.early_fraud_warning.updated', warning, { actionable: false });
  }
}
