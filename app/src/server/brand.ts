import { founder } from './founder';

// What is let through ends up inside a style attribute, so it is one colour and nothing else.
const colour = /^(#[0-9a-f]{3,8}|[a-z]+|(rgb|hsl|oklch|oklab|lab|lch)\([\d\s.,%/a-z-]+\))$/i;

/** The founder's accent over ours, for the founder's house. */
export function brandStyle(): React.CSSProperties {
  const { light, dark } = founder.brand.accent;
  if (!colour.test(light) || !colour.test(dark)) {
    throw new Error('brand.accent in onpaid.config.ts must be two CSS colours, such as #1d4ed8 and #93b4ff.');
  }
  const accent = `light-dark(${light}, ${dark})`;
  return { '--accent': accent, '--accent-text': accent } as React.CSSProperties;
}
