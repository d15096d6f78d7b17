// What a request may cost, and the shorthand by which bench/endpoints.*.ts name requests. A figure that is
// left out promises nothing.

import type { Budget, Endpoint, Role } from './types.ts'

const PAGE = 20
/** Statements of any request: a Worker on the free plan has 50 of them. */
export const STATEMENTS = 10

export const list = { trips: 1, read: 2 * PAGE + 10, written: 0 }
export const listOf100 = { ...list, read: 2 * 100 + 10 }
/** No request reads more. */
const MOST = 25_000
/** The 5,000 rows of a window, where it ended, and up to 4,000 rows that another index returned. */
export const looked = { ...list, read: 2 * 5_000 + 3 * 4_000 + list.read }
/** The same where each is a hit of the search index, or is asked for its tags: fewer rows, and reads of two tables. */
export const lookedInHits = { ...list, read: MOST }
export const lookedInTags = lookedInHits
/** Tags in a window, and where it ended. */
export const lookedInNames = { ...list, read: 2 * 5_000 + list.read }
/** Shared keys in a window, each looked up in the rows of one owner. */
export const lookedInKeys = { ...list, read: 5 * 2_000 + list.read }
/** The page on which a list of interactions ends: it looks whether only the rows ended that it looks through. */
export const ending = { ...list, read: 3 * PAGE + 10 }
/** 3,333 interactions, whom they are about, and where these ended. */
export const lookedThrough = { ...list, read: 4 * 3_333 + list.read }
/** What happened to each further lead that became a customer is looked up by itself. */
export const fiftyLeads = { ...list, read: list.read + 7 * 50 }
/** A page of groups, each of up to ten customers, found by an index entry and read. */
export const groups = { ...list, read: 3 * PAGE + 2 * 10 * PAGE + 10 }
/** A page, and up to 1,001 rows counted, each a hit of the search index and a row. */
export const counting = { ...list, read: 2 * 1_001 + list.read }

/** Those of nobody are everybody's less those of each member: a row for each. */
export const countingMembers = { ...list, read: list.read + 50 }

export const one = { trips: 1, read: 2, written: 0 }
/** Each change writes its event and the day's figures; an open follow-up stands in four indexes. A row says whether anything listens. */
export const change = { trips: 1, read: 26, written: 18 }
/** A row of them says whether anything listens, which would be a round trip of its own. */
export const claim = { ...change, read: 17, written: 16 }
/** No request reads or writes more, whatever hangs on a record; two round trips for what is found before it is erased. */
export const jobBound = { trips: 2, read: 25_000, written: 5_000, statements: 34 }
export const refused = { ...change, read: 6, written: 0 }
/** A customer stands in some fifteen indexes; who else has its name or number is looked up, so that it is not counted. */
export const customerChange = { trips: 1, read: 76, written: 40 }
export const logging = { trips: 1, read: 70, written: 30 }
export const bulk = (count: number) => ({ trips: 1, read: count * 66, written: count * 18 })
/** Deleting a tag takes it off 500 customers at the most, and rewrites the search entry of each. */
export const perUse = { trips: 1, read: 10_000, written: 4_500 }
/** A round trip to read both customers, another to change them; about eight rows written for each row that moves. */
export const merge = { trips: 2, read: 800, written: 150, statements: 23 }
/** Both customers, what would move, and whether somebody would stand above themselves. */
export const preview = { trips: 1, read: 60, written: 0 }
/** A new customer with its lead: with follow-ups, 46 rows. */
export const convert = { trips: 1, read: 110, written: 48, statements: 13 }
/** A round trip to take the key, another to keep the answer. */
export const withKey = { trips: 3, read: 20, written: 25 }
/** One round trip before the password is looked at, one after it. */
export const password = { trips: 2, read: 25, written: 20, statements: 12 }
/** A change that sends mail, with the mails that are queued and sent. */
export const mailing = { trips: 1, read: 70, written: 30 }

/** An endpoint that has no name yet. */
type Unnamed = Omit<Endpoint, 'name'>

export const get = (path: string, as?: Role, budget: Budget = list): Unnamed => ({ as, request: `GET ${path}`, budget })
export const post = (path: string, more?: Partial<Unnamed>): Unnamed => ({
  as: 'manager',
  request: `POST ${path}`,
  status: 201,
  budget: change,
  ...more,
})
