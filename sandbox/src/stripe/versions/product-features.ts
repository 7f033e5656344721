import { type Change, without } from './change.ts';

/** What a pricing page boasts of was simply called features. */
export const productFeatures: Change = {
  since: '2024-04-10',
  undo: (object) => {
    if (object.object !== 'product') return object;
    return { ...without(object, 'marketing_features'), features: object.marketing_features };
  },
};

/** An invoice's looks had a second, older name. */
export const renderingOptions: Change = {
  since: '2024-04-10',
  undo: (object) => (object.object === 'invoice' ? { ...object, rendering_options: null } : object),
};
