// Choices of places: time zones, and countries in the reader's language.
import { isCountry } from '../../text/phone'
import type { Desk } from '../desk'
import type { Option } from './forms'

/** Every time zone that the runtime knows, UTC first. */
export function zoneOptions(): Option[] {
  const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')]
  return zones.map((value) => ({ value, label: value.replaceAll('_', ' ') }))
}

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
const COUNTRIES = LETTERS.flatMap((first) => LETTERS.map((second) => first + second)).filter(isCountry)

/** The countries whose phone numbers can be read, by their names. */
export function countryOptions({ locale }: Pick<Desk, 'locale'>): Option[] {
  const names = new Intl.DisplayNames(locale, { type: 'region' })
  const options = COUNTRIES.map((value) => ({ value, label: names.of(value) ?? value }))
  return options.sort((a, b) => a.label.localeCompare(b.label, locale))
}
