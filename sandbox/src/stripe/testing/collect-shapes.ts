import type { Seen } from './compile-shapes.ts';

/** Every Stripe object in a value, outermost only: what is inside one is judged with it. One of each shape is enough. */
export function collectShapes(value: unknown, where: string, seen = new Map<string, Seen>()): Map<string, Seen> {
  if (typeof value !== 'object' || value === null) return seen;
  if (!('object' in value) || typeof value.object !== 'string') {
    for (const inner of Object.values(value)) collectShapes(inner, where, seen);
    return seen;
  }
  const { data, ...rest } = value as { data?: unknown; object: string };
  if (value.object === 'list') {
    collectShapes(data, where, seen);
    return keep(rest, where, seen);
  }
  return keep(value as Seen['object'], where, seen);
}

function keep(object: Record<string, unknown>, where: string, seen: Map<string, Seen>): Map<string, Seen> {
  const shape = JSON.stringify([object.object, object.type, shapeOf(object)]);
  if (!seen.has(shape)) seen.set(shape, { object, where });
  return seen;
}

/** Ids, amounts and moments are all alike; a status is not, so short words count. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]);
  }
  if (typeof value === 'string') return /^[a-z_]{1,30}$/.test(value) ? value : 'text';
  return value === null ? null : typeof value;
}
