import { isDatabaseReady } from '@onpaid/engine';
import { services } from '@/server/services';

/** For uptime checks and load balancers: whether this process can do its work, and nothing about how. */
export async function GET(): Promise<Response> {
  const isHealthy = await isDatabaseReady(services().db);
  const body = isHealthy ? { status: 'ok' } : { status: 'unavailable', cause: 'database' };
  return Response.json(body, { status: isHealthy ? 200 : 503, headers: { 'Cache-Control': 'no-store' } });
}
