import { z } from 'zod';
import { checkValues, lifecycleStages, type Property } from './properties.ts';
import { HubSpotRefusal } from './refusal.ts';

export const contactSchema = z.object({
  id: z.string(),
  properties: z.record(z.string(), z.string()),
  createdAt: z.string(),
  updatedAt: z.string(),
  archived: z.boolean(),
});
export type Contact = z.infer<typeof contactSchema>;

export type ContactBook = { nextId: number; contacts: Contact[]; properties: Property[] };
export type Values = Record<string, string>;

/** By id, or by the value of an e-mail (secondary ones too) or a unique property. Archived contacts are not found. */
export function findContact(book: ContactBook, id: string, idProperty = 'hs_object_id'): Contact | undefined {
  const living = book.contacts.filter((contact) => !contact.archived);
  if (idProperty === 'hs_object_id') return living.find((contact) => contact.id === id);
  if (idProperty === 'email') return living.find((contact) => emailsOf(contact).includes(id.toLowerCase()));
  if (!book.properties.some(({ name, hasUniqueValue }) => name === idProperty && hasUniqueValue)) {
    throw new HubSpotRefusal(400, 'VALIDATION_ERROR', `idProperty '${idProperty}' is not a unique property.`, {
      idProperty: [idProperty],
    });
  }
  return living.find((contact) => contact.properties[idProperty] === id);
}

export function getContact(book: ContactBook, id: string, idProperty?: string): Contact {
  const contact = findContact(book, id, idProperty);
  if (!contact) throw new HubSpotRefusal(404, 'OBJECT_NOT_FOUND', 'resource not found', { ids: [id] });
  return contact;
}

export function createContact(book: ContactBook, input: Values, at: Date): Contact {
  const values = normalise(input);
  checkValues(book.properties, values);
  checkUnique(book, values);
  const id = String(book.nextId++);
  const contact = {
    id,
    properties: { ...filled(values), createdate: at.toISOString(), hs_object_id: id },
    createdAt: at.toISOString(),
    updatedAt: at.toISOString(),
    archived: false,
  };
  book.contacts.push(contact);
  return contact;
}

/** Answers whether anything changed, so that a repeated update can be told from a first one. */
export function updateContact(book: ContactBook, contact: Contact, input: Values, at: Date): boolean {
  const values = normalise(input);
  checkValues(book.properties, values);
  checkUnique(book, values, contact);
  if (movesBack(contact.properties.lifecyclestage, values.lifecyclestage)) delete values.lifecyclestage;

  const changed = Object.entries(values).some(([name, value]) => (contact.properties[name] ?? '') !== value);
  contact.properties = filled({ ...contact.properties, ...values });
  contact.updatedAt = at.toISOString();
  return changed;
}

/** Creates or updates by a unique property, which the new contact then carries. */
export function upsertContact(
  book: ContactBook,
  input: { id: string; idProperty: string; properties: Values },
  at: Date,
): { contact: Contact; isNew: boolean; changed: boolean } {
  const existing = findContact(book, input.id, input.idProperty);
  if (existing) {
    return { contact: existing, isNew: false, changed: updateContact(book, existing, input.properties, at) };
  }
  const properties = { ...input.properties, [input.idProperty]: input.id };
  return { contact: createContact(book, properties, at), isNew: true, changed: true };
}

function normalise(values: Values): Values {
  return values.email === undefined ? { ...values } : { ...values, email: values.email.trim().toLowerCase() };
}

// An empty string clears a property.
function filled(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
}

function checkUnique(book: ContactBook, values: Values, self?: Contact): void {
  const owner = values.email ? findContact(book, values.email, 'email') : undefined;
  if (owner && owner !== self) {
    throw new HubSpotRefusal(409, 'CONFLICT', `Contact already exists. Existing ID: ${owner.id}`);
  }
  for (const { name } of book.properties.filter((property) => property.hasUniqueValue)) {
    const value = values[name];
    const holder = value ? findContact(book, value, name) : undefined;
    if (!holder || holder === self) continue;
    const fault = {
      isValid: false,
      message: `The value ${value} for property "${name}" is already held by object ${holder.id}`,
      error: 'CONFLICTING_UNIQUE_VALUE',
      name,
    };
    throw new HubSpotRefusal(400, 'VALIDATION_ERROR', `Property values were not valid: ${JSON.stringify([fault])}`, {
      propertyName: [name],
    });
  }
}

function emailsOf(contact: Contact): string[] {
  const { email = '', hs_additional_emails = '' } = contact.properties;
  return [email, ...hs_additional_emails.split(';')].map((each) => each.trim().toLowerCase()).filter(Boolean);
}

// The API moves a lifecycle stage only forward; to go back it has to be cleared first.
function movesBack(before: string | undefined, after: string | undefined): boolean {
  return !!before && !!after && lifecycleStages.indexOf(after) < lifecycleStages.indexOf(before);
}
