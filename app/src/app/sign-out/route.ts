import { services } from '@/server/services';

/** A plain form posts here, so signing out works without JavaScript. The session cookie is same-site: no other site can. */
export async function POST(request: Request): Promise<Response> {
  const { accounts, environment } = services();
  const ended = await accounts.signOut(request.headers);
  const response = new Response(null, { status: 303, headers: { Location: `${environment.baseUrl}/` } });
  for (const cookie of ended.headers.getSetCookie()) response.headers.append('Set-Cookie', cookie);
  return response;
}
