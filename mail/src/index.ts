export { formatMoney } from './format.ts';
export {
  type RenderedMail,
  renderAccessEnded,
  renderPaymentFailed,
  renderSignInLink,
  renderWelcome,
} from './render.tsx';
export type {
  AccessEndedData,
  Brand,
  Locale,
  Money,
  PaymentFailedData,
  SignInLinkData,
  WelcomeData,
} from './types.ts';
