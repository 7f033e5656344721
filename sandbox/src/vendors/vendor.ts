import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import type { HtmlEscapedString } from 'hono/utils/html';

export const vendorNames = ['hubspot', 'zendesk', 'slack', 'app', 'email'] as const;
export type VendorName = (typeof vendorNames)[number];

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** What a route may tell the request log about the call it is answering. */
export type VendorEnv = {
  Bindings: HttpBindings;
  Variables: { note: string; duplicate: boolean };
};

/**
 * One stand-in: what it remembers, how it answers and how its inbox looks. To add a vendor, copy the folder or file of
 * one that is like it, and list it in `vendorNames` and in start.ts.
 */
export type Vendor = {
  name: VendorName;
  title: string;
  /** For a person looking at the inbox: what ends up here, in one sentence. */
  about: string;
  /** Everything it remembers, as JSON: shown at /_inbox, kept in the state file, given back to `restore`. */
  records: () => unknown;
  restore: (records: unknown) => void;
  reset: () => void;
  inbox: () => Html;
};

export type HttpVendor = Vendor & {
  routes: Hono<VendorEnv>;
  /** The vendor's own way to say no, used for faults that a person switched on. */
  refuse: (status: number, retryAfterSeconds?: number) => Response;
};
