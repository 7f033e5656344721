import type { FaultSwitch } from './faults.ts';
import type { RequestLog } from './requests.ts';
import type { Vendor, VendorName } from './vendor.ts';

/** A vendor with the log of the calls to it and the switch that breaks them. */
export type Desk = { vendor: Vendor; log: RequestLog; faults: FaultSwitch };
export type Desks = Record<VendorName, Desk>;

export function deskOf(desks: Desks, name: string): Desk | undefined {
  return Object.values(desks).find(({ vendor }) => vendor.name === name);
}
