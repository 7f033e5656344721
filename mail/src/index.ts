export { formatMoney } from './format.ts';
export {
  type RenderedMail,
  renderAccessEnded,
  renderActionRequired,
  renderOrderFailed,
  renderPaymentFailed,
  renderRefunded,
  renderSignInLink,
  renderTrialEnding,
  renderWelcome,
} from './render.tsx';
export type {
  AccessEndedData,
  ActionRequiredData,
  Brand,
  Locale,
  Money,
  OrderFailedData,
  PaymentFailedData,
  RefundedData,
  SignInLinkData,
  TrialEndingData,
  WelcomeData,
} from './types.ts';
