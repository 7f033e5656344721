import config from '../../../onpaid.config.ts';

/** The founder's own config: brand, plans, policy. It holds no secret. */
export const founder = config;
