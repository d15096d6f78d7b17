// Phone numbers: kept as written, and in E.164 where libphonenumber can read them. A bad one is a warning, not a refusal.
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min'

/** Whether numbers of a country, by its two letters, can be read. */
export function isCountry(code: string): boolean {
  return isSupportedCountry(code)
}

/** The E.164 form of a number, read as one of `country` unless it says its own; null where it is no possible number. */
export function e164Of(phone: string, country: string | null): string | null {
  const home = country !== null && isSupportedCountry(country) ? country : undefined
  const parsed = parsePhoneNumberFromString(phone, { ...(home ? { defaultCountry: home } : {}), extract: false })
  return parsed?.isPossible() ? parsed.number : null
}
