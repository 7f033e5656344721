import { parseArgs } from 'node:util';
import { type ContenderKey, contenders } from './contenders.ts';
import { benchWebhook } from './webhook.ts';

const usage = `npm run bench -- webhook [--rounds 3] [--seconds 4] [--only ${Object.keys(contenders).join(',')}] [--no-converged]`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    only: { type: 'string', default: Object.keys(contenders).join(',') },
    converged: { type: 'boolean', default: true },
  },
});

const only = values.only.split(',');
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
if (positionals[0] !== 'webhook' || !only.every(isContender) || !(rounds >= 1) || !(seconds >= 1)) {
  console.error(usage);
  process.exit(2);
}
await benchWebhook({ rounds, seconds, only, converged: values.converged });

function isContender(key: string): key is ContenderKey {
  return key in contenders;
}
