import type { Brand } from './types.ts';

/** What a mail says, before it has a look: one source for its HTML and its plain text, so that neither says less. */
export type Letter = {
  subject: string;
  /** What a mailbox shows beside the subject. */
  preview: string;
  heading: string;
  greeting: string;
  paragraphs: string[];
  facts: Fact[];
  action: Link;
  afterAction: string[];
  links: Link[];
  support: string;
};

export type Fact = { label: string; value: string };
export type Link = {
  label: string;
  url: string;
  /** The address itself is shown, for readers who have to copy it. */
  spelledOut?: true;
};

/** The plain text part: paragraphs a blank line apart, facts and links one a line. */
export function letterText(letter: Letter, brand: Brand): string {
  const footer = [brand.name, brand.url, brand.postalAddress].filter((line) => line !== undefined);
  const blocks = [
    letter.heading,
    letter.greeting,
    ...letter.paragraphs,
    letter.facts.map(({ label, value }) => `${label}: ${value}`).join('\n'),
    linkLines(letter.action),
    ...letter.afterAction,
    // A link that only repeats the button is for those whose button does not work: here it stands already.
    ...letter.links.filter(({ url }) => url !== letter.action.url).map(linkLines),
    `-- \n${[letter.support, ...footer].join('\n')}`,
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function linkLines({ label, url }: Link): string {
  return `${label}:\n${url}`;
}
