import { FounderHouse, NavLink } from '@/components/founder-house';

export default function FunnelLayout({ children }: { children: React.ReactNode }) {
  return (
    <FounderHouse
      nav={
        <>
          <NavLink href="/pricing">Pricing</NavLink>
          <NavLink href="/sign-in">Sign in</NavLink>
        </>
      }
    >
      {children}
    </FounderHouse>
  );
}
