import type { ReactNode } from 'react';
import { Body, Button, Container, Head, Heading, Hr, Html, Img, Link, Preview, Section, Text } from 'react-email';
import { inkOn } from './colour.ts';
import type { Fact, Letter } from './letter.ts';
import type { Brand, Locale } from './types.ts';

const paper = '#ffffff';
const ink = '#18181b';
const soft = '#52525b';
const line = '#e4e4e7';

// Mail programs that know a dark mode take these; the others keep the inline colours.
const darkMode = `
@media (prefers-color-scheme: dark) {
  .paper { background-color: #111113 !important; }
  .ink { color: #f4f4f5 !important; }
  .soft { color: #b1b1b9 !important; }
  .line { border-color: #2c2c31 !important; }
}`;

const paragraph = { color: ink, fontSize: 16, lineHeight: '26px', margin: '0 0 16px' };
const small = { color: soft, fontSize: 13, lineHeight: '20px', margin: '0 0 4px' };

/** The one look of every mail: the founder's name, one column, one button in the founder's colour. */
export function LetterHtml({ letter, brand, locale }: { letter: Letter; brand: Brand; locale: Locale }): ReactNode {
  return (
    <Html lang={locale}>
      <Head>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{letter.subject}</title>
        <style>{darkMode}</style>
      </Head>
      {/* No colour on the body: it is copied inline to a cell that has no class, where a dark mode cannot reach it. */}
      <Body className="paper" lang={locale} style={{ margin: 0, fontFamily: fonts }}>
        <Preview useTitleTag={false}>{letter.preview}</Preview>
        <Container className="paper" style={{ maxWidth: 560, padding: '32px 20px', backgroundColor: paper }}>
          <BrandMark brand={brand} />
          <Heading className="ink" style={{ color: ink, fontSize: 22, lineHeight: '30px', margin: '0 0 20px' }}>
            {letter.heading}
          </Heading>
          {[letter.greeting, ...letter.paragraphs].map((words) => (
            <Text key={words} className="ink" style={paragraph}>
              {words}
            </Text>
          ))}
          {letter.facts.length > 0 && <Facts facts={letter.facts} />}
          <Button href={webUrl(letter.action.url)} style={{ ...button, ...accent(brand) }}>
            {letter.action.label}
          </Button>
          {letter.afterAction.map((words) => (
            <Text key={words} className="ink" style={paragraph}>
              {words}
            </Text>
          ))}
          {letter.links.map(({ label, url, spelledOut }) => (
            <Text key={url} className="ink" style={{ ...paragraph, overflowWrap: 'anywhere' }}>
              {spelledOut && `${label}: `}
              <Link className="ink" href={webUrl(url)} style={{ color: ink, textDecorationLine: 'underline' }}>
                {spelledOut ? url : label}
              </Link>
            </Text>
          ))}
          <Hr className="line" style={{ borderColor: line, margin: '32px 0 16px' }} />
          <Footer letter={letter} brand={brand} />
        </Container>
      </Body>
    </Html>
  );
}

const fonts = '-apple-system, BlinkMacSystemFont, "Segoe UI", Helvetica, Arial, sans-serif';

const button = {
  borderRadius: 6,
  fontSize: 16,
  fontWeight: 600,
  padding: '12px 20px',
  margin: '8px 0 24px',
};

function accent({ accentColor }: Brand) {
  return { backgroundColor: accentColor, color: inkOn(accentColor) };
}

function BrandMark({ brand }: { brand: Brand }): ReactNode {
  return (
    <Section style={{ marginBottom: 32 }}>
      <Link href={webUrl(brand.url)} className="ink" style={{ color: ink, fontSize: 16, fontWeight: 600 }}>
        {brand.logoUrl ? <Img src={webUrl(brand.logoUrl)} alt={brand.name} height={32} /> : brand.name}
      </Link>
    </Section>
  );
}

function Facts({ facts }: { facts: Fact[] }): ReactNode {
  const cell = {
    borderTop: `1px solid ${line}`,
    fontSize: 16,
    lineHeight: '24px',
    padding: '8px 0',
    verticalAlign: 'top',
  };
  return (
    <table width="100%" cellPadding={0} cellSpacing={0} style={{ borderCollapse: 'collapse', margin: '8px 0 16px' }}>
      <tbody>
        {facts.map(({ label, value }) => (
          <tr key={label}>
            <th
              scope="row"
              className="soft line"
              style={{ ...cell, color: soft, fontWeight: 400, textAlign: 'left', paddingRight: 16 }}
            >
              {label}
            </th>
            <td
              className="ink line"
              style={{ ...cell, color: ink, textAlign: 'right', fontVariantNumeric: 'tabular-nums' }}
            >
              {value}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Footer({ letter, brand }: { letter: Letter; brand: Brand }): ReactNode {
  const link = { color: soft, textDecorationLine: 'underline' };
  const [before, after] = letter.support.split(brand.supportEmail);
  return (
    <Section>
      <Text className="soft" style={small}>
        {before}
        <Link className="soft" href={`mailto:${brand.supportEmail}`} style={link}>
          {brand.supportEmail}
        </Link>
        {after}
      </Text>
      <Text className="soft" style={small}>
        {brand.name},{' '}
        <Link className="soft" href={webUrl(brand.url)} style={link}>
          {brand.url}
        </Link>
      </Text>
      {brand.postalAddress && (
        <Text className="soft" style={small}>
          {brand.postalAddress}
        </Text>
      )}
    </Section>
  );
}

/** Only addresses of the web become links and pictures. */
function webUrl(url: string): string {
  if (URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol)) return url;
  throw new Error(`Rendering a mail failed: "${url.slice(0, 80)}" is not a web address. Give a full http(s) URL.`);
}
