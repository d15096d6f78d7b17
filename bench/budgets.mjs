// Room: bench. What a request may cost, and the shorthand by which bench/endpoints.*.mjs name requests. A figure that is
// left out promises nothing.

const PAGE = 20
/** Statements of any request: a Worker on the free plan has 50 of them. */
export const STATEMENTS = 10

export const list = { trips: 1, read: 2 * PAGE + 10, written: 0 }
export const listOf100 = { ...list, read: 2 * 100 + 10 }
/** Two passes over the 250 leads of the window, each an index entry and a row, and the page. */
export const shortTerm = { ...list, read: 4 * 250 + list.read }
/** A page, and up to 1,001 matches counted, each an index entry and a row. */
export const counting = { ...list, read: 2 * 1_001 + list.read }
/** Only the page is bounded, not what is passed over on the way to it. */
export const passing = { trips: 1, written: 0 }

export const one = { trips: 1, read: 2, written: 0 }
export const change = { trips: 1, read: 22, written: 20 }
export const claim = { ...change, read: 15 }
export const refused = { ...change, read: 5, written: 0 }
export const convert = { trips: 1, read: 36, written: 46 }
/** A round trip to take the key, another to keep the answer. */
export const withKey = { trips: 3, read: 20, written: 25 }
/** One round trip before the password is looked at, one after it. */
export const password = { trips: 2, read: 25, written: 20 }

export const get = (path, as, budget = list) => ({ as, request: `GET ${path}`, budget })
export const post = (path, more) => ({ as: 'manager', request: `POST ${path}`, status: 201, budget: change, ...more })
