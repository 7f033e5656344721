import { type DestinationStream, type Logger, pino } from 'pino';

/** One JSON line an entry. These names are the same everywhere, so that one id finds a payment's whole story. */
export interface LogFields {
  requestId?: string;
  eventId?: string;
  subjectId?: string;
  effectId?: string;
}

/** What must not reach a log, at the top of an entry and one level down, should somebody pass it by mistake. */
const REDACTED = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'client_secret',
  'token',
  'signature',
  'body',
  'card',
];

export function createLogger(name: string, options: { level?: string; destination?: DestinationStream } = {}): Logger {
  const settings = {
    level: options.level ?? 'info',
    base: { name },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: REDACTED.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
  };
  return options.destination ? pino(settings, options.destination) : pino(settings);
}
