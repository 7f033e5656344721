import { accessEnded, signInLink, welcome } from './account.ts';
import { actionRequired, orderFailed, paymentFailed, refunded, trialEnding } from './payments.ts';

export const en = {
  welcome,
  paymentFailed,
  actionRequired,
  orderFailed,
  trialEnding,
  refunded,
  accessEnded,
  signInLink,
};
