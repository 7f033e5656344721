import { Counter, Histogram, Registry } from 'prom-client';

export interface Metrics {
  /** One answered webhook: its HTTP status, and the word the body gave (`recorded`, `signature_mismatch`, …). */
  webhookAnswered(answer: { status: number; word: string; seconds: number }): void;
  /** For what the other parts count and measure; one registry a process. */
  registry: Registry;
  /** The Prometheus text of everything registered. */
  text(): Promise<string>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const duration = new Histogram({
    name: 'onpaid_webhook_duration_seconds',
    help: 'From the first byte we saw of a webhook request to its answer, by HTTP status.',
    labelNames: ['status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1],
    registers: [registry],
  });
  const answers = new Counter({
    name: 'onpaid_webhook_answers_total',
    help: 'Answered webhook requests, by disposition or refusal code.',
    labelNames: ['word'],
    registers: [registry],
  });
  return {
    webhookAnswered({ status, word, seconds }) {
      duration.observe({ status }, seconds);
      answers.inc({ word });
    },
    registry,
    text: () => registry.metrics(),
  };
}
