// The words of errors in English.
import { ERRORS, type ErrorCode, type ProblemExtras } from '../../errors'

/** Sentences for the errors that people meet; all others have the title of the API. */
const SAID: Partial<Record<ErrorCode, string>> = {
  invalid: 'Please look at the marked fields.',
  invalid_credentials: 'E-mail or password is wrong.',
  locked_out: 'Too many failed sign-ins: wait 15 minutes, or choose a new password.',
  invalid_token: 'This link is used, too old or incomplete. Ask for a new one.',
  invalid_invitation:
    'This invitation is used, withdrawn or too old, or it went to another address. Ask for a new one.',
  signup_closed: 'Nobody can register here by themselves: ask somebody of the team for an invitation.',
  email_taken: 'There is an account with this e-mail address. Sign in, or choose another address.',
  email_unverified: 'Please verify your e-mail address first.',
  unauthenticated: 'Your session has ended. Sign in again.',
  forbidden: 'You are not allowed to do this.',
  not_yours: 'You see this lead, but it is not yours: claim it first.',
  not_found: 'This is not here, or not for you to see.',
  already_yours: 'This lead is yours already.',
  already_converted: 'This lead is a customer already.',
  customer_exists: 'There is a customer with this e-mail address.',
  invalid_owner: 'This person is not an active member of the team.',
  stale: 'Somebody else was faster: the record has changed since you opened it.',
  merged_away: 'This customer was merged into another one.',
  already_erased: 'The data of this person is erased already.',
  relationship_cycle: 'This would close a circle.',
  plan_limit: 'The plan of this workspace does not allow more of these.',
  mail_limit: 'Too many mails for now: try again in an hour.',
  rate_limited: 'Too many requests: wait a few minutes, then try again.',
  not_configured: 'This is not set up here.',
  unavailable: 'The database is not answering. Try again in a moment.',
  internal: 'Something went wrong on our side.',
}

/** What to do about an error. */
export const HINTS: Partial<Record<ErrorCode, string>> = {
  not_found: 'It may be in the trash, or belong to a colleague.',
  forbidden: 'Ask an admin of your team if you need it.',
  email_unverified: 'Follow the link in the mail that we sent you.',
  rate_limited: 'Wait a few minutes, then try again.',
  internal: 'We wrote down what happened. Please try again.',
}

/** An error in a sentence, by its code. */
export function error(code: ErrorCode, { claimedBy }: ProblemExtras): string {
  if (code === 'already_claimed') return `${claimedBy?.name || 'A colleague'} was quicker and has this lead.`
  return SAID[code] ?? `${ERRORS[code][1]}.`
}

/** What is wrong with a field, by the code of its issue; `message` is what the API says. */
export function issue(code: string, message: string): string {
  if (message === 'Required' || code === 'too_small')
    return message.startsWith('must') ? `It ${message}.` : 'This is needed.'
  if (code === 'too_big') return message.startsWith('must') ? `It ${message}.` : 'This is too long.'
  if (message === 'Invalid email address') return 'This is no e-mail address.'
  if (code === 'day') return 'This is no day.'
  return /^[a-z]/.test(message) ? `It ${message}.` : message
}
