// Phone numbers in E.164 (ITU-T E.164). This is the only file that uses libphonenumber.
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min'

/** Whether libphonenumber knows this country, by its two letters (ISO 3166). */
export function isCountry(code: string): boolean {
  return isSupportedCountry(code)
}

/** The E.164 form of a number, or null if it is not a possible number. `country` is used if the number has no country code. */
export function e164Of(phone: string, country: string | null): string | null {
  const defaultCountry = country !== null && isSupportedCountry(country) ? country : undefined
  const parsed = parsePhoneNumberFromString(phone, { ...(defaultCountry ? { defaultCountry } : {}), extract: false })
  return parsed?.isPossible() ? parsed.number : null
}
