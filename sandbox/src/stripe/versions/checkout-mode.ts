import type { Change } from './change.ts';

const olderNames: Record<string, string> = { elements: 'custom', embedded_page: 'embedded', hosted_page: 'hosted' };

/** The ways to show a checkout had shorter names. */
export const checkoutMode: Change = {
  since: '2026-03-25.dahlia',
  undo: (object) => {
    if (object.object !== 'checkout.session') return object;
    const mode = String(object.ui_mode);
    return { ...object, ui_mode: olderNames[mode] ?? object.ui_mode };
  },
};
