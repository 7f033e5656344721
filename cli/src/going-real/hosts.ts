import { isLoopback } from '@onpaid/engine';

/** Names nobody but developers reach, tunnels, and previews; and a first word that says so. */
const testNames =
  /\.(local|test|internal|lan)$|(^|\.)(ngrok(-free)?\.(io|app|dev)|trycloudflare\.com|loca\.lt|webhook\.site|serveo\.net)$|-git-.*\.vercel\.app$|^(test|staging|stage|dev|preview|sandbox|qa|uat)[.-]/i;

const privateAddress = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|\[f[cd]|\[fe80:)/i;

/** True for a host that no customer's browser and no live event should be sent to. */
export function isTestHost(hostname: string): boolean {
  return isLoopback(`http://${hostname}`) || privateAddress.test(hostname) || testNames.test(hostname);
}
