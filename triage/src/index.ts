import type { Check, Finding, Send, Target } from './check.ts';
import { webhookBadSignature } from './checks/webhook-bad-signature.ts';
import { webhookGet } from './checks/webhook-get.ts';
import { webhookRedirect } from './checks/webhook-redirect.ts';
import { webhookUnsigned } from './checks/webhook-unsigned.ts';
import { send } from './send.ts';

export interface Report {
  id: string;
  title: string;
  severity: Check['severity'];
  why: string;
  finding: Finding;
}

/** Runs every check against one webhook, one after another, with only the requests each names. */
export async function triage(webhookUrl: string, options: { send?: Send } = {}): Promise<Report[]> {
  const target: Target = { webhookUrl, send: options.send ?? send };
  return [
    await run(webhookUnsigned, target),
    await run(webhookBadSignature, target),
    await run(webhookRedirect, target),
    await run(webhookGet, target),
  ];
}

async function run<Facts>(check: Check<Facts>, target: Target): Promise<Report> {
  const { id, title, severity, why } = check;
  return { id, title, severity, why, finding: check.judge(await check.gather(target)) };
}
