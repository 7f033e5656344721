import { z } from 'zod';
import { badInput, HubSpotRefusal } from './refusal.ts';

const types = ['string', 'number', 'date', 'datetime', 'enumeration', 'bool'] as const;
const maxUniqueProperties = 10;

export const propertySchema = z.object({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/, 'name must be lower-case letters, digits and underscores'),
  label: z.string().min(1),
  groupName: z.string(),
  type: z.enum(types),
  fieldType: z.string(),
  description: z.string().default(''),
  hasUniqueValue: z.boolean().default(false),
  options: z.array(z.looseObject({ label: z.string(), value: z.string() })).default([]),
  hubspotDefined: z.boolean().default(false),
});
export type Property = z.infer<typeof propertySchema>;

export const groupSchema = z.object({ name: z.string().min(1), label: z.string().min(1) });
export type PropertyGroup = z.infer<typeof groupSchema>;

export const lifecycleStages = [
  'subscriber',
  'lead',
  'marketingqualifiedlead',
  'salesqualifiedlead',
  'opportunity',
  'customer',
  'evangelist',
];

export const builtInGroups: PropertyGroup[] = [{ name: 'contactinformation', label: 'Contact information' }];

/** The contact properties every HubSpot account starts with, as far as billing could touch them. */
export const builtInProperties: Property[] = [
  builtIn('email', 'string'),
  builtIn('hs_additional_emails', 'string'),
  builtIn('firstname', 'string'),
  builtIn('lastname', 'string'),
  builtIn('phone', 'string'),
  builtIn('company', 'string'),
  builtIn('jobtitle', 'string'),
  builtIn('website', 'string'),
  builtIn('country', 'string'),
  builtIn('createdate', 'datetime'),
  builtIn('lastmodifieddate', 'datetime'),
  builtIn('hs_object_id', 'number'),
  { ...builtIn('lifecyclestage', 'enumeration'), options: lifecycleStages.map((value) => ({ label: value, value })) },
];

const readOnly = new Set(['createdate', 'lastmodifieddate', 'hs_object_id']);

function builtIn(name: string, type: Property['type']): Property {
  return {
    name,
    label: name,
    groupName: 'contactinformation',
    type,
    fieldType: 'text',
    description: '',
    hasUniqueValue: false,
    options: [],
    hubspotDefined: true,
  };
}

export function createProperty(properties: Property[], groups: PropertyGroup[], input: unknown): Property {
  const parsed = propertySchema.omit({ hubspotDefined: true }).safeParse(input);
  if (!parsed.success) throw badInput(z.prettifyError(parsed.error));
  const property = { ...parsed.data, hubspotDefined: false };
  if (properties.some(({ name }) => name === property.name)) {
    throw new HubSpotRefusal(409, 'OBJECT_ALREADY_EXISTS', `A property named '${property.name}' already exists.`);
  }
  if (!groups.some(({ name }) => name === property.groupName)) {
    throw new HubSpotRefusal(400, 'VALIDATION_ERROR', `Property group '${property.groupName}' does not exist.`);
  }
  if (property.hasUniqueValue && properties.filter((each) => each.hasUniqueValue).length >= maxUniqueProperties) {
    throw new HubSpotRefusal(400, 'VALIDATION_ERROR', 'The limit of 10 unique properties for this object is reached.');
  }
  properties.push(property);
  return property;
}

/** Throws the refusal HubSpot gives when names or values do not fit the account's properties. */
export function checkValues(properties: Property[], values: Record<string, string>): void {
  const faults = Object.entries(values).flatMap(([name, value]) => {
    const fault = faultOf(
      properties.find((property) => property.name === name),
      name,
      value,
    );
    return fault ? [{ isValid: false, name, ...fault }] : [];
  });
  if (faults.length === 0) return;
  throw new HubSpotRefusal(400, 'VALIDATION_ERROR', `Property values were not valid: ${JSON.stringify(faults)}`, {
    propertyName: faults.map(({ name }) => name),
  });
}

function faultOf(
  property: Property | undefined,
  name: string,
  value: string,
): { error: string; message: string } | null {
  if (!property) return { error: 'PROPERTY_DOESNT_EXIST', message: `Property "${name}" does not exist` };
  if (readOnly.has(name)) return { error: 'READ_ONLY_VALUE', message: `"${name}" is a read only property` };
  if (value === '') return null;
  if (name === 'email' && !z.email().safeParse(value).success) {
    return { error: 'INVALID_EMAIL', message: `Email address ${value} is invalid` };
  }
  switch (property.type) {
    case 'number':
      return Number.isFinite(Number(value)) ? null : { error: 'INVALID_NUMBER', message: `${value} was not a number` };
    case 'bool':
      return ['true', 'false'].includes(value) ? null : { error: 'INVALID_BOOLEAN', message: `${value} is no boolean` };
    case 'date':
    case 'datetime':
      return isMoment(value) ? null : { error: 'INVALID_DATE', message: `${value} was not a valid ${property.type}` };
    case 'enumeration':
      return value.split(';').every((part) => property.options.some((option) => option.value === part))
        ? null
        : { error: 'INVALID_OPTION', message: `${value} was not one of the allowed options` };
    case 'string':
      return null;
    default:
      return property.type satisfies never;
  }
}

function isMoment(value: string): boolean {
  return /^\d{10,}$/.test(value) || (/^\d{4}-\d\d-\d\d/.test(value) && !Number.isNaN(Date.parse(value)));
}
