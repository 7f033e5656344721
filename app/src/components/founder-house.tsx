import Link from 'next/link';
import { brandStyle } from '@/server/brand';
import { founder } from '@/server/founder';

/** Header and footer of everything a customer sees: the founder's name, logo and colour. */
export function FounderHouse({ children, nav }: { children: React.ReactNode; nav: React.ReactNode }) {
  const { brand } = founder;
  return (
    <div style={brandStyle()} className="flex flex-1 flex-col">
      <header className="mx-auto flex w-full max-w-5xl flex-wrap items-center justify-between gap-x-6 gap-y-2 px-6 py-5">
        <Link href="/" className="flex items-center gap-3 rounded-sm font-semibold tracking-tight">
          {brand.logoUrl ? <Logo url={brand.logoUrl} /> : <Monogram name={brand.name} />}
          {brand.name}
        </Link>
        <nav aria-label="Main" className="flex items-center gap-6 text-sm text-muted">
          {nav}
        </nav>
      </header>
      {children}
      <footer className="mt-auto border-t border-line">
        <div className="mx-auto flex w-full max-w-5xl flex-wrap justify-between gap-x-8 gap-y-2 px-6 py-8 text-sm text-muted">
          <p>{brand.postalAddress ?? brand.name}</p>
          <p>
            Questions go to{' '}
            <a href={`mailto:${brand.supportEmail}`} className="text-ink underline underline-offset-4">
              {brand.supportEmail}
            </a>
          </p>
        </div>
      </footer>
    </div>
  );
}

export function NavLink({ href, children }: { href: '/pricing' | '/sign-in' | '/account'; children: React.ReactNode }) {
  return (
    <Link href={href} className="rounded-sm py-1 hover:text-ink">
      {children}
    </Link>
  );
}

function Logo({ url }: { url: string }) {
  // biome-ignore lint/performance/noImgElement: its size and host are the founder's; a small file has nothing to optimise.
  return <img src={url} alt="" className="h-8 w-auto" />;
}

function Monogram({ name }: { name: string }) {
  return (
    <span
      aria-hidden
      className="grid size-8 place-items-center rounded-md bg-accent text-sm font-semibold text-accent-ink"
    >
      {[...name][0]}
    </span>
  );
}
