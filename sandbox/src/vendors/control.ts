import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';
import { type Desk, type Desks, deskOf } from './desk.ts';
import { faultSchema } from './faults.ts';
import type { HubSpot } from './hubspot/index.ts';

const seedSchema = z.object({
  contacts: z.array(z.object({ email: z.email(), properties: z.record(z.string(), z.string()).default({}) })),
});

/** What tests and scripts drive: records and requests as JSON, faults, seeds, reset. */
export function controlRoutes(options: { desks: Desks; hubspot: HubSpot; changed: () => void }): Hono {
  const { desks, hubspot, changed } = options;
  const routes = new Hono();

  routes.get('/_inbox/:vendor', (c) => {
    const { vendor, log } = mustFind(desks, c.req.param('vendor'));
    return c.json({ records: vendor.records(), requests: log.all() });
  });

  routes.get('/_faults', (c) =>
    c.json(Object.fromEntries(Object.values(desks).map(({ vendor, faults }) => [vendor.name, faults.current()]))),
  );

  routes.put('/_faults/:vendor', async (c) => {
    const { faults } = mustFind(desks, c.req.param('vendor'));
    faults.set(await parsed(c.req.raw, faultSchema));
    return c.json(faults.current());
  });

  routes.delete('/_faults/:vendor', (c) => {
    mustFind(desks, c.req.param('vendor')).faults.clear();
    return c.body(null, 204);
  });

  routes.post('/_seed/hubspot', async (c) => {
    const { contacts } = await parsed(c.req.raw, seedSchema);
    const ids = hubspot.seed(contacts);
    changed();
    return c.json({ ids }, 201);
  });

  routes.post('/_reset', (c) => {
    for (const { vendor, log, faults } of Object.values(desks)) {
      vendor.reset();
      log.restore([]);
      faults.clear();
    }
    changed();
    return c.body(null, 204);
  });

  return routes;
}

export function mustFind(desks: Desks, name: string): Desk {
  const desk = deskOf(desks, name);
  if (desk) return desk;
  const known = Object.keys(desks).join(', ');
  throw new HTTPException(404, { message: `There is no stand-in called ${name}; there are ${known}.` });
}

async function parsed<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const body = await request.json().catch(() => undefined);
  const result = schema.safeParse(body);
  if (!result.success) throw new HTTPException(400, { message: z.prettifyError(result.error) });
  return result.data;
}
