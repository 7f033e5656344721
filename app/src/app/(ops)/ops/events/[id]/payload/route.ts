import { getEventPayload } from '@onpaid/engine';
import { requirePermission } from '@/server/guards';
import { services } from '@/server/services';

/** The body as it is stored, which is after redaction. */
export async function GET(_: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  await requirePermission('operations.view');
  const { id } = await params;
  const body = await getEventPayload(services().db, id);
  const text = body === null ? 'The body is no longer kept; only what it changed is.' : indented(body);
  return new Response(text, {
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'private, no-store' },
  });
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    // Kept because it could not be read: shown as it came.
    return body;
  }
}
