/** Black or white, whichever reads better on this colour. */
export function inkOn(hex: string): '#000000' | '#ffffff' {
  // At this luminance both have the same contrast (WCAG 2).
  return luminance(hex) > 0.179 ? '#000000' : '#ffffff';
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = channels(hex).map((channel) =>
    channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channels(hex: string): number[] {
  if (!/^#[0-9a-f]{6}$/i.test(hex)) {
    throw new Error(`Rendering a mail in the brand's colour failed: accentColor is "${hex}". Set it like #1f6feb.`);
  }
  return [1, 3, 5].map((start) => Number.parseInt(hex.slice(start, start + 2), 16) / 255);
}
