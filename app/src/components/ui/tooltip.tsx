'use client';

import { Tooltip as RadixTooltip } from 'radix-ui';

/** Shows `text` on hover and on focus. The child must be focusable for keyboards to reach it. */
export function Tooltip(props: { text: React.ReactNode; children: React.ReactElement }) {
  return (
    <RadixTooltip.Provider delayDuration={300}>
      <RadixTooltip.Root>
        <RadixTooltip.Trigger asChild>{props.children}</RadixTooltip.Trigger>
        <RadixTooltip.Portal>
          <RadixTooltip.Content
            sideOffset={4}
            collisionPadding={8}
            className="appear z-50 max-w-80 rounded-md border border-line bg-raised px-3 py-2 text-xs text-ink shadow-float"
          >
            {props.text}
          </RadixTooltip.Content>
        </RadixTooltip.Portal>
      </RadixTooltip.Root>
    </RadixTooltip.Provider>
  );
}
