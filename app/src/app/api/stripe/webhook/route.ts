import { services } from '@/server/services';

/** Stripe's deliveries. The engine answers every method, so that a wrong one is told what is right. */
const handle = (request: Request): Promise<Response> => services().webhook(request);

export { handle as DELETE, handle as GET, handle as PATCH, handle as POST, handle as PUT };
