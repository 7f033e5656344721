import { raw } from 'hono/html';

const icon = (paths: string, size = 16) =>
  raw(
    `<svg width="${size}" height="${size}" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${paths}</svg>`,
  );

export const cardIcon = icon(
  '<rect x="1.5" y="3.5" width="13" height="9" rx="1.5"/><path d="M1.5 6.5h13M4 10h2.5"/>',
  20,
);
export const brokenIcon = icon('<circle cx="8" cy="8" r="6.25"/><path d="M8 4.75v3.75M8 11v.25"/>');
export const okIcon = icon('<circle cx="8" cy="8" r="6.25"/><path d="m5.25 8.25 2 2 3.5-4"/>');
export const offIcon = icon('<circle cx="8" cy="8" r="6.25"/><path d="M5.5 8h5"/>');
export const waitingIcon = icon('<circle cx="8" cy="8" r="6.25"/><path d="M8 4.75V8l2.25 1.5"/>');
