import { setTimeout as delay } from 'node:timers/promises';

/** Asks until the answer is neither false nor nothing; says what it waited for when it gives up. */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | false | null | undefined>,
  withinMs = 60_000,
): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== false && answer !== null && answer !== undefined) return answer;
    if (Date.now() > giveUpAt) throw new Error(`Waited ${withinMs / 1000} s for ${what}, in vain.`);
    await delay(100);
  }
}
