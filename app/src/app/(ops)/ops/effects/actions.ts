'use server';

import { connectionsFromEnvironment } from '@onpaid/connectors';
import { type ByHand, type ByHandContext, discardEffect, resolveUnknown, retryEffect } from '@onpaid/engine';
import { revalidatePath } from 'next/cache';
import { z } from 'zod';
import { readVariables } from '@/server/config';
import { founder } from '@/server/founder';
import { requirePermission } from '@/server/guards';
import { services } from '@/server/services';

export interface DecisionState {
  done: boolean;
  problem: string | null;
}

const reason = z.string().trim().min(3, 'Say why in a few words; it is kept beside the effect.').max(500);
const effect = z.object({ id: z.string().min(1).max(300) });
const discardSchema = effect.extend({ reason });
const resolveSchema = effect.extend({ reason, whatHappened: z.enum(['sent', 'not_sent']) });

export async function retry(_previous: DecisionState, form: FormData): Promise<DecisionState> {
  const actor = await requirePermission('effect.retry');
  return decide(form, effect, 'retried', actor.email, (context, { id }) => retryEffect(context, id));
}

export async function discard(_previous: DecisionState, form: FormData): Promise<DecisionState> {
  const actor = await requirePermission('effect.discard');
  return decide(form, discardSchema, 'discarded', actor.email, (context, { id, reason }) =>
    discardEffect(context, id, signed(reason, actor.email)),
  );
}

/** Sending again is a retry; saying that it arrived is as final as discarding, and staff who look at vendors say both. */
export async function resolve(_previous: DecisionState, form: FormData): Promise<DecisionState> {
  const actor = await requirePermission('effect.retry');
  return decide(form, resolveSchema, 'resolved', actor.email, (context, { id, reason, whatHappened }) =>
    resolveUnknown(context, id, whatHappened, signed(reason, actor.email)),
  );
}

async function decide<Input extends { id: string }>(
  form: FormData,
  schema: z.ZodType<Input>,
  verb: string,
  by: string,
  act: (context: ByHandContext, input: Input) => Promise<ByHand>,
): Promise<DecisionState> {
  const parsed = schema.safeParse(Object.fromEntries(form));
  if (!parsed.success) return { done: false, problem: parsed.error.issues[0]?.message ?? 'The form is not complete.' };
  const { log } = services();
  const decided = await act(handContext(), parsed.data).catch((error: unknown) => {
    log.error({ err: error, effectId: parsed.data.id, by }, `an effect could not be ${verb}`);
    return null;
  });
  if (decided === null) return { done: false, problem: 'The database did not take it. Nothing changed; try again.' };
  if (decided.result === 'done') log.info({ effectId: parsed.data.id, by }, `effect ${verb} by hand`);
  revalidatePath('/ops', 'layout');
  return { done: decided.result === 'done', problem: problemOf(decided) };
}

function problemOf(decided: ByHand): string | null {
  switch (decided.result) {
    case 'done':
      return null;
    case 'not_found':
      return 'There is no such effect any more. Nothing changed.';
    case 'not_possible':
      return `It has moved on meanwhile and is now “${decided.state.replaceAll('_', ' ')}”. Nothing changed.`;
    default:
      return decided satisfies never;
  }
}

function handContext(): ByHandContext {
  const { db, wake, environment } = services();
  const { baseUrl, mode } = environment;
  const connected = connectionsFromEnvironment(readVariables(), { brand: founder.brand, baseUrl, mode });
  return { db, wake, now: () => new Date(), connections: connected.ok ? connected.connections : {} };
}

/** The person stands in the record beside their reason. */
function signed(reason: string, email: string): string {
  return `${reason} (${email})`;
}
