// The systems whose files are recognised by their columns, and what the names of columns alone do not tell about each.
import { headerKey } from './imports.headers'
import type { SYSTEMS } from './imports.systems'

/**
 * `signs`: sets of columns; a file with all of one set is of this system. `columns` says what columns are that another
 * system means otherwise: a field, or `extra` for a custom field. `prefixed`: ids and numbers carry a prefix such as `p:`.
 */
export type Profile = {
  name: string
  signs: string[][]
  columns?: Record<string, string>
  prefixed?: true
}

type Definition = { name: (typeof SYSTEMS)[number]; signs: string; columns?: Record<string, string>; prefixed?: true }

const JOB_TITLE = { Title: 'jobTitle' }

// In this order: what is told by more, stands before what is told by less. Bars are between sets, commas between columns.
const DEFINITIONS: Definition[] = [
  {
    name: 'facebook-leads',
    signs:
      'created_time,ad_id,form_id|Source,Form,Channel,Stage|created_time,form_id,platform|form_id,is_organic,platform|created_time,is_organic,platform',
    columns: { id: 'externalId', platform: 'source', lead_status: 'status', form_name: 'extra', ad_name: 'extra' },
    prefixed: true,
  },
  {
    name: 'google-ads-leads',
    signs:
      'gclid,Campaign ID|gclid,Form ID|GCLID,Lead ID|Google Click ID,Lead ID|gcl_id,form_id|GCLID,Lead submit time|GCLID,User email',
    columns: { 'User email': 'email', 'User phone': 'phone', 'Lead stage': 'status', 'Lead submit time': 'extra' },
  },
  {
    name: 'zoho-leads',
    signs:
      'Record Id,Lead Owner.id|Lead Owner.id,Lead Status|Lead Owner Id,Lead Source,Email Opt Out|Record Id,Lead Owner,Lead Status|Record Id,Lead Name,Lead Status',
    columns: JOB_TITLE,
  },
  {
    name: 'zoho-contacts',
    signs: 'Record Id,Contact Owner.id|Record Id,Contact Owner,Account Name|Contact Owner Id,Account Name',
    columns: JOB_TITLE,
  },
  {
    name: 'zoho-accounts',
    signs: 'Record Id,Account Owner.id|Record Id,Account Owner,Account Name|Account Owner Id,Account Name',
  },
  {
    name: 'salesforce-leads',
    signs:
      'ISCONVERTED,LASTNAME|LEADSOURCE,SYSTEMMODSTAMP,COMPANY|LEADSOURCE,STATUS,COMPANY,OWNERID|Company / Account,Lead Status|Company / Account,Lead Owner|Lead Owner,Lead Status,Lead Source',
    columns: JOB_TITLE,
  },
  {
    name: 'salesforce-contacts',
    signs:
      'ACCOUNTID,LASTNAME,MAILINGCITY|ACCOUNTID,LASTNAME,OWNERID|Account Name,Mailing City|Account Name,Mailing Street|Contact ID,Account Name,Last Name|Account Owner,Account Name,Last Name',
    columns: JOB_TITLE,
  },
  {
    name: 'salesforce-accounts',
    signs:
      'BILLINGCITY,SHIPPINGCITY,OWNERID|BILLINGCITY,OWNERID,NAME|Account Name,Billing City|Account Owner,Account Name,Type|Account Owner,Account Name,Billing State/Province',
    columns: { 'Account ID': 'externalId' },
  },
  {
    name: 'hubspot-contacts',
    signs:
      'Record ID,Lifecycle Stage|Record ID,Contact owner|Record ID,Marketing contact status|Record ID,First Name,Last Name,Create Date|Record ID,First Name,Last Name,Lead Status|Contact ID,Lifecycle Stage|hs_object_id,lifecyclestage|Record ID - Contact',
    columns: { 'Associated Company': 'company', hs_object_id: 'externalId', 'Record ID - Contact': 'externalId' },
  },
  {
    name: 'hubspot-companies',
    signs: 'Record ID,Company name,Company owner|Record ID,Company name,Create Date|Record ID - Company,Company name',
    columns: { 'Record ID - Company': 'externalId' },
  },
  {
    name: 'hubspot-deals',
    signs: 'Record ID,Deal Name|Record ID,Deal Stage|Record ID - Deal',
    columns: { 'Record ID - Deal': 'externalId' },
  },
  {
    name: 'pipedrive-leads',
    signs: 'Lead - Title|Lead - ID',
    columns: { 'Lead - Title': 'title', 'Lead - Label': 'extra' },
  },
  {
    name: 'pipedrive-deals',
    signs: 'Deal - Title|Deal - ID',
    columns: { 'Deal - Title': 'title', 'Deal - ID': 'externalId', 'Deal - Label': 'extra' },
  },
  { name: 'pipedrive-people', signs: 'Person - Name|Person - ID|Person - Email' },
  {
    name: 'pipedrive-organizations',
    signs:
      'Organization - Name,Organization - ID|Organization - Name,Organization - Owner|Organization - Name,Organization - Label|Organization - Name,Organization - People',
    columns: { 'Organization - ID': 'externalId' },
  },
  {
    name: 'mailchimp',
    signs: 'MEMBER_RATING,OPTIN_TIME|LEID,EUID|OPTIN_TIME,CONFIRM_TIME',
    columns: { EUID: 'externalId' },
  },
  {
    name: 'google-contacts',
    signs:
      'E-mail 1 - Value|Phone 1 - Value|E-mail 1 - Label,First Name|Phone 1 - Label,First Name|Phonetic First Name,File As,Labels|Yomi Name,Group Membership|Organization Name,Organization Title,Labels',
  },
  {
    name: 'thunderbird',
    signs:
      'Primary Email,Secondary Email|Primary Email,Screen Name|Screen Name,Pager Number,Web Page 1|Bevorzugte E-Mail,Sekundäre E-Mail',
  },
  {
    name: 'outlook',
    signs:
      'E-mail Address,E-mail 2 Address|E-mail Address,E-mail Display Name|Business Phone,Home Phone 2|Business Street,Home Street,Other Street|E-Mail-Adresse,E-Mail 2: Adresse|E-Mail-Adresse,Straße geschäftlich|Adresse de messagerie,Rue (bureau)',
    columns: { Title: 'extra', Account: 'extra', Categories: 'tags', 'E-mail Display Name': 'extra' },
  },
  {
    name: 'twenty',
    signs:
      'Emails / Primary Email|Emails Primary Email|emails.primaryEmail|Phones / Primary Phone Number|phones.primaryPhoneNumber|Emails / Additional Emails|Primary Email,Additional Emails',
  },
  {
    name: 'attio',
    signs:
      'Record ID,Email addresses|Record ID,Record,Name|Record ID,Phone numbers|Connection strength,Last interaction',
  },
  {
    name: 'copper',
    signs: 'Owned By,Inactive Days|Owned By,Contact Type|Owned By,Interaction Count|Copper ID|Owner Id,Owned By',
  },
  {
    name: 'espocrm',
    signs:
      'assignedUserId,assignedUserName|salutationName,firstName,lastName|emailAddress,phoneNumber,assignedUserName|createdById,modifiedById,emailAddress|Assigned User,Do Not Call|Assigned User,Salutation|Assigned User,Account,Teams',
    columns: { Account: 'company' },
  },
  {
    name: 'monica',
    signs:
      'first_name,last_name,is_partial|first_name,last_name,gender_id|first_met_additional_info,food_preferences|is_starred,is_partial',
  },
  {
    name: 'edge-crm',
    signs: 'keepInTouchDays,lastInteractionAt|followUpAt,claimedAt,convertedAt|interest,followUpAt,metadata',
  },
]

const PROFILES: Profile[] = DEFINITIONS.map(({ signs, columns, ...profile }) => ({
  ...profile,
  signs: signs.split('|').map((sign) => sign.split(',').map(headerKey)),
  ...(columns && {
    columns: Object.fromEntries(Object.entries(columns).map(([name, field]) => [headerKey(name), field])),
  }),
}))

/** The profile of this name; undefined, where it has no columns of its own. */
export function profileOf(name: string): Profile | undefined {
  return PROFILES.find((profile) => profile.name === name)
}

/** The system that wrote a file with these columns; undefined, where that is not known. */
export function recognisedProfile(columns: readonly string[]): Profile | undefined {
  const keys = new Set(columns.map(headerKey))
  return PROFILES.find(({ signs }) => signs.some((sign) => sign.every((key) => keys.has(key))))
}
