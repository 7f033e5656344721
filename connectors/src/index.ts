export { type Connected, connectionsFromEnvironment, type SignInMailer } from './config.ts';
export { connectHubSpot } from './hubspot/index.ts';
export { connectProvisioning } from './provisioning/index.ts';
export { connectSlack } from './slack/index.ts';
export { connectSmtp, sendSignInMail } from './smtp/index.ts';
export { connectZendesk } from './zendesk/index.ts';
