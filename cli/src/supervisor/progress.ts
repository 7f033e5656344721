import { styleText } from 'node:util';

/** Says what is being done, and how long it took; in a terminal the line under way is replaced by its result. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const isTerminal = process.stdout.isTTY === true;
  if (isTerminal) process.stdout.write(`  ${styleText('dim', '…')} ${title}`);
  const redraw = isTerminal
    ? setInterval(
        () => process.stdout.write(`\r  ${styleText('dim', '…')} ${title} ${styleText('dim', seconds(startedAt))}`),
        500,
      )
    : null;
  try {
    const result = await work();
    process.stdout.write(
      `${isTerminal ? '\r\u001b[2K' : ''}  ${styleText('green', '✓')} ${title} ${styleText('dim', seconds(startedAt))}\n`,
    );
    return result;
  } catch (error) {
    process.stdout.write(`${isTerminal ? '\r\u001b[2K' : ''}  ${styleText('red', '✗')} ${title}\n`);
    throw error;
  } finally {
    if (redraw) clearInterval(redraw);
  }
}

function seconds(startedAt: number): string {
  return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
}
