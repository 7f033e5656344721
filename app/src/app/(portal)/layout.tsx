import { FounderHouse } from '@/components/founder-house';
import { currentActor } from '@/server/guards';

export default async function PortalLayout({ children }: { children: React.ReactNode }) {
  const actor = await currentActor();
  return (
    <FounderHouse
      nav={
        actor && (
          <>
            <span className="hidden truncate sm:inline">{actor.email}</span>
            <form action="/sign-out" method="post">
              <button type="submit" className="rounded-sm py-1 hover:text-ink">
                Sign out
              </button>
            </form>
          </>
        )
      }
    >
      {children}
    </FounderHouse>
  );
}
