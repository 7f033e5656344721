import { founder } from '@/server/founder';

/** The tab's icon: the founder's initial on the founder's colour. */
export function GET(): Response {
  const { name, accent } = founder.brand;
  const initial = ([...name][0] ?? '').replace(/[<>&]/g, '');
  const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="7" fill="${accent.light}"/>
<text x="16" y="22.5" text-anchor="middle" font-family="system-ui,sans-serif" font-size="18" font-weight="600" fill="#fff">${initial}</text>
</svg>`;
  return new Response(icon, { headers: { 'Content-Type': 'image/svg+xml', 'Cache-Control': 'public, max-age=86400' } });
}
