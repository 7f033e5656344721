import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { MiddlewareHandler } from 'hono';
import { z } from 'zod';
import type { LoggedEnv } from './requests.ts';
import type { HttpVendor } from './vendor.ts';

export const faultModes = ['error', 'rate_limited', 'drop_before', 'drop_after_commit', 'hang', 'slow'] as const;

export const faultSchema = z.strictObject({
  mode: z.enum(faultModes),
  /** For `error`. By mail, 4xx is said after the message, 5xx already to the recipient. */
  status: z.int().min(400).max(599).optional(),
  retryAfterSeconds: z.int().min(0).max(86_400).optional(),
  /** For `slow`. */
  delayMs: z.int().min(0).max(600_000).optional(),
  /** How many calls it breaks before it heals by itself; without it, until it is cleared. */
  times: z.int().min(1).optional(),
});
export type Fault = z.infer<typeof faultSchema>;

export const defaultDelayMs = 3_000;

export type FaultSwitch = {
  set: (fault: Fault) => void;
  clear: () => void;
  current: () => Fault | null;
  /** The fault this call meets, if any; counts one of its `times`. */
  take: () => Fault | null;
};

export function createFaultSwitch(): FaultSwitch {
  let current: Fault | null = null;
  return {
    set: (fault) => {
      current = fault;
    },
    clear: () => {
      current = null;
    },
    current: () => current,
    take: () => {
      const fault = current;
      if (fault?.times !== undefined) current = fault.times > 1 ? { ...fault, times: fault.times - 1 } : null;
      return fault;
    },
  };
}

/** Breaks the call as the switch says, before or after the vendor has done its work. */
export function breakOnPurpose(faults: FaultSwitch, refuse: HttpVendor['refuse']): MiddlewareHandler<LoggedEnv> {
  return async (c, next) => {
    const fault = faults.take();
    if (!fault) return next();
    const entry = c.get('entry');
    entry.fault = fault.mode;

    switch (fault.mode) {
      case 'error':
        return refuse(fault.status ?? 500);
      case 'rate_limited':
        return refuse(429, fault.retryAfterSeconds ?? 1);
      case 'slow':
        await delay(fault.delayMs ?? defaultDelayMs);
        return next();
      case 'hang':
        await once(c.env.outgoing, 'close');
        return RESPONSE_ALREADY_SENT;
      case 'drop_before':
        c.env.outgoing.destroy();
        return RESPONSE_ALREADY_SENT;
      case 'drop_after_commit':
        await next();
        entry.status = c.res.status;
        c.env.outgoing.destroy();
        return RESPONSE_ALREADY_SENT;
      default:
        return fault.mode satisfies never;
    }
  };
}
