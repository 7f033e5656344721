/** Pages that are the same for everybody, and may be kept by a CDN. */
export function isPublicPage(path: string): boolean {
  return path === '/' || path === '/pricing';
}

/**
 * Personal pages name each script by a nonce of that request. A public page is kept and shared, where a nonce would be
 * one everybody knows, so it allows inline scripts instead; it holds nothing personal and takes no input.
 */
export function contentSecurityPolicy(page: { nonce: string | undefined; development: boolean }): string {
  const scripts = page.nonce ? `'nonce-${page.nonce}' 'strict-dynamic'` : `'unsafe-inline'`;
  return [
    `default-src 'self'`,
    `script-src 'self' ${scripts}${page.development ? ` 'unsafe-eval'` : ''}`,
    `style-src 'self' 'unsafe-inline'`,
    `img-src 'self' data:`,
    `font-src 'self'`,
    `connect-src 'self'${page.development ? ' ws:' : ''}`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
}
