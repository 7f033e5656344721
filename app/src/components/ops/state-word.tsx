import { Status } from '@/components/ui/status';
import { type Word, wordFor } from './words';

/** One state in a table; a dash where nothing was asked. What is well stays quiet, so that the rest is found at once. */
export function StateWord({ words, state }: { words: Record<string, Word>; state: string | undefined }) {
  if (state === undefined) {
    return (
      <span className="text-muted" title="Nothing was asked of it">
        –<span className="sr-only">nothing was asked of it</span>
      </span>
    );
  }
  const { kind, word } = wordFor(words, state);
  const isCalm = kind === 'ok' || kind === 'off';
  return (
    <Status plain kind={kind} className={isCalm ? 'flex font-normal [&>span]:text-muted' : 'flex'}>
      {word}
    </Status>
  );
}
