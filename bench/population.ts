// Who and what the measured database holds: three workspaces of very different size, and their leads.
// The same numbers come out every time; only the span of time ends now. Customers are in population.customers.ts.
import { gramsOf } from '../src/text/phone-grams.ts'
import { DAY, dice, iso, pick, type Roll, uuidv7, weighed, YEAR } from './random.ts'

export type Member = { id: string; email: string; name: string; role: string; createdAt: string }
export type Home = { id: string; slug: string; createdAt: string; portal: Member; users: Member[] }
export type Homes = { large: Home; medium: Home; small: Home }

/** 3 % of all leads and customers have it in the name or the e-mail. */
export const COMMON = 'john'
/** Five leads and five customers of the large workspace have it, whatever the size. */
export const RARE = 'zyxwell'
/** Nobody has it. */
export const ABSENT = 'qqxyzzy'
/** A tenth of the large workspace’s leads, and nobody elsewhere. */
export const ELSEWHERE = 'Onboarding package'

export const YEARS_2 = 2 * YEAR
export const RARE_COUNT = 5
const LARGE = 0.9
const MEDIUM = 0.99

export const FIRST =
  'Ada Alan Alice Amir Ana Anders Anke Anya Asha Ben Bianca Boris Carla Chen Clara Dana Daniel Diego Dilan Elena Elif Emil Emma Erik Esra Eva Farid Felix Fiona Freya Gita Greta Hana Hugo Ida Igor Ines Ivan Jana Jonas Julia Kaan Karl Kemal Lars Laura Lena Leon Lina Luca Maria Marta Maya Mehmet Mia Milan Mina Nadia Nina Noah Nora Olga Omar Oscar Paul Petra Priya Rafael Rana Remy Rosa Ruth Sami Sara Selin Sofia Stefan Tara Theo Timo Ulla Vera Viktor Wanda Yara Yusuf Zeynep Zoe'.split(
    ' ',
  )
export const LAST =
  'Adler Ahmed Albrecht Almeida Andersen Aydin Bakker Bauer Becker Berg Bianchi Blum Brandt Castro Celik Chang Costa Demir Dias Dubois Eriksen Fischer Fontana Franco Garcia Gruber Gupta Haas Hansen Hartmann Hoffmann Ibrahim Ito Jansen Kaiser Kaya Keller Khan Kim Klein Koch Kowalski Kramer Kumar Lang Larsen Lehmann Lopez Maier Martin Meyer Moreau Moretti Mueller Nakamura Nguyen Novak Okafor Oliveira Olsen Ortega Ozturk Park Patel Peters Popov Ramos Richter Rossi Roux Sahin Santos Sato Schmidt Schneider Schulz Silva Singh Suzuki Tanaka Torres Vogel Wagner Wang Weber Winter Wolf Wong Yamamoto Yilmaz Young Zhang Ziegler'.split(
    ' ',
  )
export const DOMAINS = [
  'acme.example',
  'example.com',
  'example.net',
  'example.org',
  'globex.example',
  'initech.example',
]
const INTERESTS = [
  'React development',
  'Cloud migration',
  'Annual support plan',
  'Data warehouse',
  'Security review',
  'Design sprint',
  'Mobile application',
  'Training for a team',
  'Payment integration',
]
const SOURCES = { website: 35, referral: 20, enquiry: 15, campaign: 12, fair: 8, partner: 6, import: 3, phone: 1 }
// What nobody claimed within a year has been closed, so that claim-next has closed leads to pass by.
const POOL_STATUSES = { NEW: 85, CONTACTED: 8, QUALIFIED: 2, CLOSED: 5 }
const OLD_STATUSES = { CLOSED: 1 }
const OWNED_STATUSES = { NEW: 20, CONTACTED: 35, QUALIFIED: 20, CLOSED: 25 }

/**
 * Workspaces `large`, `medium` and `small` with their members: the first is ADMIN, then MANAGERs, then SALES. A `portal`
 * login, a CUSTOMER, is in each as well.
 */
export function workspaces(now: number): Homes {
  const roll = dice(1)
  const start = now - YEARS_2 - DAY
  const made = (name: string, size: number, managers: number): Home => ({
    id: uuidv7(start, roll).slice(-12),
    slug: `bench-${name}`,
    createdAt: iso(start),
    portal: {
      id: uuidv7(start, roll),
      email: `${name}-portal@bench.example`,
      name: 'Paula Portal',
      role: 'CUSTOMER',
      createdAt: iso(start),
    },
    users: Array.from({ length: size }, (_, i) => ({
      id: uuidv7(start + i + 1, roll),
      email: `${name}-${i}@bench.example`,
      name: `${pick(roll, FIRST)} ${pick(roll, LAST)}`,
      role: i === 0 ? 'ADMIN' : i <= managers ? 'MANAGER' : 'SALES',
      createdAt: iso(start + i + 1),
    })),
  })
  return { large: made('large', 40, 3), medium: made('medium', 8, 1), small: made('small', 3, 1) }
}

/** The seller of the large workspace who owns the busiest customer, by its place among the members. */
export const SELLER = 10

export function memberOf({ slug, users }: Home, place: number): Member {
  const member = users[place]
  if (!member) throw new Error(`${slug} has no member ${place}.`)
  return member
}

/** The leads in order of arrival, each as the values of `LEAD_COLUMNS`. */
export function* leads(count: number, now: number, { large, medium, small }: Homes) {
  const roll = dice(count)
  const step = YEARS_2 / count
  const rareEvery = Math.floor(count / RARE_COUNT)
  for (let seq = 1; seq <= count; seq += 1) {
    const isRare = seq % rareEvery === Math.floor(rareEvery / 2)
    const size = isRare ? 0 : roll()
    const workspace = size < LARGE ? large : size < MEDIUM ? medium : small
    const created = Math.floor(now - YEARS_2 + (seq - roll()) * step)
    yield lead(seq, created, now, { roll, workspace, isRare, isLarge: workspace === large })
  }
}

export const LEAD_COLUMNS =
  'seq id workspace_id title status source name sort_name email phone phone_e164 phone_text interest message metadata owner_id claimed_at follow_up_at version created_at updated_at deleted_at'.split(
    ' ',
  )

/** What is searched of a number `+49 …`: the forms that are dialled from abroad and at home. */
export function searchedForms(phone: string) {
  const digits = phone.replace(/\D/g, '')
  const lines = [digits, `0${digits.slice(2)}`]
  return [...lines, ...lines.map(gramsOf)].join('\n')
}

type Life = { roll: Roll; workspace: Home; isRare: boolean; isLarge: boolean }

function lead(seq: number, created: number, now: number, { roll, workspace, isRare, isLarge }: Life) {
  const first = roll() < 0.02 ? 'John' : pick(roll, FIRST)
  const last = isRare ? 'Zyxwell' : roll() < 0.01 ? 'Johnson' : pick(roll, LAST)
  const interest = isLarge && roll() < 0.1 ? ELSEWHERE : pick(roll, INTERESTS)
  const owner = roll() < 1 / 3 ? null : pick(roll, workspace.users).id
  const claimed = owner === null ? null : Math.min(now, created + Math.floor(roll() * 3 * DAY))
  const updated = Math.floor(Math.max(claimed ?? created, created + roll() ** 3 * (now - created)))
  const name = `${first} ${last}`
  const phone = roll() < 0.7 ? `+49 30 ${String(seq).padStart(8, '2')}` : null
  return [
    seq,
    uuidv7(created, roll),
    workspace.id,
    `${interest} for ${last}`,
    weighed(roll, owner ? OWNED_STATUSES : now - created > YEAR ? OLD_STATUSES : POOL_STATUSES),
    weighed(roll, SOURCES),
    name,
    name.toLowerCase(),
    `${first}.${last}${seq}@${pick(roll, DOMAINS)}`.toLowerCase(),
    phone,
    phone?.replaceAll(' ', '') ?? null,
    phone && searchedForms(phone),
    interest,
    roll() < 0.3 ? 'We would like to hear what it costs, how long it takes and when you could begin.' : null,
    roll() < 0.2
      ? JSON.stringify({ campaign: pick(roll, ['spring', 'autumn']), score: Math.floor(roll() * 100) })
      : null,
    owner,
    claimed === null ? null : iso(claimed),
    roll() < 0.1 ? iso(now + Math.floor((roll() - 0.4) * 90) * DAY) : null,
    1 + Math.floor(roll() * 4),
    iso(created),
    iso(updated),
    // In the trash, from where a lead comes back for 30 days.
    roll() < 0.005 ? iso(now - Math.floor(roll() * 28 * DAY)) : null,
  ]
}
