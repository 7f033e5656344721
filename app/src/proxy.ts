import { type NextRequest, NextResponse } from 'next/server';
import { isDevelopment } from '@/config';
import { contentSecurityPolicy, isPublicPage } from '@/server/page-headers';

/** Gives each page its Content-Security-Policy and says whether it may be kept: personal state never is. */
export function proxy(request: NextRequest): NextResponse {
  if (isPublicPage(request.nextUrl.pathname)) {
    const response = NextResponse.next();
    response.headers.set(
      'Content-Security-Policy',
      contentSecurityPolicy({ nonce: undefined, development: isDevelopment }),
    );
    if (!isDevelopment) {
      response.headers.set('Cache-Control', 'public, max-age=0, s-maxage=60, stale-while-revalidate=600');
    }
    return response;
  }

  const nonce = crypto.randomUUID().replaceAll('-', '');
  const policy = contentSecurityPolicy({ nonce, development: isDevelopment });
  const headers = new Headers(request.headers);
  // Next reads the nonce from here and puts it on every script it writes.
  headers.set('Content-Security-Policy', policy);
  headers.set('x-nonce', nonce);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('Content-Security-Policy', policy);
  response.headers.set('Cache-Control', 'private, no-store');
  return response;
}

export const config = { matcher: '/((?!api/|_next/|favicon.ico|icon.svg).*)' };
