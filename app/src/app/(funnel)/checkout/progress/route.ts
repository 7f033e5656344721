import { currentProgress } from '@/server/checkout-progress';

/** What the return page asks while it waits. Beneath /checkout, where the cookie is sent. */
export async function GET(): Promise<Response> {
  const screen = await currentProgress();
  return Response.json(screen, { status: screen ? 200 : 404, headers: { 'Cache-Control': 'no-store' } });
}
