import { services } from '@/server/services';

const handle = (request: Request): Promise<Response> => services().accounts.handler(request);

export { handle as GET, handle as POST };
