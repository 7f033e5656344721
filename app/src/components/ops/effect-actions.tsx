'use client';

import type { EffectState } from '@onpaid/engine';
import { type ReactNode, useActionState, useEffect, useId, useState } from 'react';
import { type DecisionState, discard, resolve, retry } from '@/app/(ops)/ops/effects/actions';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent, DialogDescription, DialogTitle, DialogTrigger } from '@/components/ui/dialog';
import { Input } from '@/components/ui/input';
import { Label } from '@/components/ui/label';

interface Props {
  id: string;
  name: string;
  state: EffectState;
  may: { retry: boolean; discard: boolean };
}

const undecided: DecisionState = { done: false, problem: null };

/** What may be done with one effect in this state, by this person. The server asks again. */
export function EffectActions({ id, name, state, may }: Props) {
  const canRetry = may.retry && (state === 'dead' || state === 'retry_wait');
  const canResolve = may.retry && state === 'unknown';
  const canDiscard = may.discard && ['held', 'planned', 'retry_wait', 'unknown', 'dead'].includes(state);
  return (
    <span className="inline-flex gap-1">
      {canRetry && <Retry id={id} name={name} />}
      {canResolve && (
        <Decision
          action={resolve}
          id={id}
          open="Decide"
          label={`Decide about ${name}`}
          title={`Did it arrive? ${name}`}
          description="The answer was lost, so we cannot know. Look at the vendor first: sending again what did arrive makes it happen twice."
        >
          <Button name="whatHappened" value="sent" look="secondary">
            It arrived
          </Button>
          <Button name="whatHappened" value="not_sent">
            Send it again
          </Button>
        </Decision>
      )}
      {canDiscard && (
        <Decision
          action={discard}
          id={id}
          open="Discard"
          label={`Discard ${name}`}
          title={`Discard 1 effect: ${name}`}
          description="It will not be sent, and no rule takes it up again. Effects that wait for it go on as if it were done."
        >
          <Button look="destructive">Discard 1 effect</Button>
        </Decision>
      )}
    </span>
  );
}

function Retry({ id, name }: { id: string; name: string }) {
  const [state, action, isPending] = useActionState(retry, undecided);
  return (
    <form action={action} className="inline-flex items-center gap-2">
      <input type="hidden" name="id" value={id} />
      {state.problem && (
        <span role="alert" className="sr-only">
          {state.problem}
        </span>
      )}
      <Button
        look="quiet"
        size="sm"
        disabled={isPending}
        aria-label={`Retry ${name}`}
        title={state.problem ?? undefined}
      >
        Retry
      </Button>
    </form>
  );
}

function Decision(props: {
  action: typeof discard;
  id: string;
  open: string;
  label: string;
  title: string;
  description: string;
  children: ReactNode;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Dialog open={isOpen} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button look="quiet" size="sm" aria-label={props.label}>
          {props.open}
        </Button>
      </DialogTrigger>
      <DialogContent className="whitespace-normal text-left">
        <DialogTitle>{props.title}</DialogTitle>
        <DialogDescription>{props.description}</DialogDescription>
        <DecisionForm action={props.action} id={props.id} onDone={() => setOpen(false)}>
          {props.children}
        </DecisionForm>
      </DialogContent>
    </Dialog>
  );
}

function DecisionForm(props: { action: typeof discard; id: string; onDone(): void; children: ReactNode }) {
  const { onDone } = props;
  const [state, action, isPending] = useActionState(props.action, undecided);
  const field = useId();

  useEffect(() => {
    if (state.done) onDone();
  }, [state.done, onDone]);

  return (
    <form action={action} className="mt-4 flex flex-col gap-4">
      <input type="hidden" name="id" value={props.id} />
      <div className="flex flex-col gap-1.5">
        <Label htmlFor={field}>Why</Label>
        <Input
          id={field}
          name="reason"
          required
          minLength={3}
          maxLength={500}
          autoComplete="off"
          aria-describedby={`${field}-note`}
        />
        <p id={`${field}-note`} className="text-xs text-muted">
          Kept beside the effect, with your name.
        </p>
      </div>
      <p role="alert" className="text-broken empty:hidden">
        {state.problem}
      </p>
      <fieldset disabled={isPending} className="flex justify-end gap-2">
        {props.children}
      </fieldset>
    </form>
  );
}
