import { Search } from 'lucide-react';
import { Input } from '@/components/ui/input';
import { Chips } from './chips';
import { hrefWith } from './query';
import { billingWords, onboardingWords, syncWords, wordFor } from './words';

type Query = Record<string, string | undefined>;

/** The filters most often wanted; any other that the address names is shown beside them, so that it can be removed. */
const offered = [
  { name: 'failing', value: 'yes', word: 'Failing' },
  { name: 'billing', value: 'past_due', word: 'Past due' },
  { name: 'billing', value: 'canceling', word: 'Canceling' },
  { name: 'onboarding', value: 'failed', word: 'Onboarding failed' },
  { name: 'crm', value: 'failed', word: 'CRM failed' },
  { name: 'support', value: 'failed', word: 'Support failed' },
] as const;

export function CustomerFilters({ query }: { query: Query }) {
  const isOffered = (name: string) => offered.some((chip) => chip.name === name && chip.value === query[name]);
  const named = ['billing', 'onboarding', 'crm', 'support']
    .filter((name) => query[name] !== undefined && !isOffered(name))
    .map((name) => ({ name, value: query[name] ?? '', word: wordOf(name, query[name] ?? '') }));
  const chips = [...offered, ...named].map(({ name, value, word }) => {
    const active = query[name] === value;
    return { word, active, href: hrefWith('/ops', query, { [name]: active ? null : value, cursor: null }) };
  });
  return (
    <div className="flex flex-col gap-2 py-3 xl:flex-row xl:items-center xl:gap-4">
      <SearchBox query={query} />
      <Chips label="Filters" chips={chips} />
    </div>
  );
}

function SearchBox({ query }: { query: Query }) {
  const kept = Object.entries(query).filter(([name, value]) => name !== 'search' && name !== 'cursor' && value);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a form is needed to search without JavaScript
    <form role="search" action="/ops" className="relative w-full max-w-md shrink-0 xl:w-80">
      {kept.map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <Search aria-hidden className="pointer-events-none absolute top-2.5 left-3 size-4 text-muted" />
      <Input
        key={query.search ?? ''}
        type="search"
        name="search"
        defaultValue={query.search}
        aria-label="Search customers by name, e-mail or Stripe id"
        placeholder="Name, e-mail or Stripe id"
        maxLength={200}
        className="pl-9"
      />
    </form>
  );
}

function wordOf(name: string, value: string): string {
  const words = name === 'billing' ? billingWords : name === 'onboarding' ? onboardingWords : syncWords;
  const prefix = { crm: 'CRM ', support: 'Support ', onboarding: 'Onboarding ' }[name] ?? '';
  const { word } = wordFor(words, value);
  return prefix === '' ? word : `${prefix}${word.toLowerCase()}`;
}
