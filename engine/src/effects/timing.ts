/**
 * How long one worker may hold one effect. The order of these is what makes a lost worker safe: a request ends (25 s) in
 * under half the lease (60 s), and recovery begins only when lease, request and a margin have all passed.
 */
export const LEASE_MS = 60_000;
export const TIMEOUT_MS = 25_000;
export const MARGIN_MS = 5_000;

export function later(from: Date, ms: number): Date {
  return new Date(from.getTime() + ms);
}
