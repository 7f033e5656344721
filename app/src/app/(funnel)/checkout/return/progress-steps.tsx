import { Circle, CircleAlert, CircleCheck, Clock, LoaderCircle, type LucideIcon } from 'lucide-react';
import type { ProgressScreen } from '@/checkout/progress-screen';
import { classNames } from '@/components/class-names';

type Step = ProgressScreen['steps'][number];

const looks = {
  waiting: { Icon: Circle, colour: 'text-muted', word: 'waiting' },
  working: { Icon: LoaderCircle, colour: 'text-waiting', word: 'in progress' },
  done: { Icon: CircleCheck, colour: 'text-ok', word: 'done' },
  delayed: { Icon: Clock, colour: 'text-attention', word: 'taking longer' },
  failed: { Icon: CircleAlert, colour: 'text-broken', word: 'we are looking into it' },
} satisfies Record<Step['state'], { Icon: LucideIcon; colour: string; word: string }>;

export function ProgressSteps({ steps }: { steps: Step[] }) {
  return (
    <ol className="divide-y divide-line border-y border-line">
      {steps.map(({ key, label, state }) => {
        const { Icon, colour, word } = looks[state];
        return (
          <li key={key} className="flex h-13 items-center gap-3">
            <Icon
              aria-hidden
              className={classNames(
                'size-5 shrink-0',
                colour,
                state === 'working' && 'animate-spin motion-reduce:animate-none',
              )}
            />
            <span className={classNames(state === 'waiting' && 'text-muted')}>{label}</span>
            <span className={classNames('ml-auto text-sm', colour)}>{word}</span>
          </li>
        );
      })}
    </ol>
  );
}
