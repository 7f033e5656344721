export { connectHubSpot } from './hubspot/index.ts';
