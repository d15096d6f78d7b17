// The clocks by which people are reminded: compared, minute by minute, with what Intl says clocks show.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterQuietHours, clockIn, knownZone, nextAt, nextDigest } from '../../src/clock'

const MINUTE = 60_000
const at = (text: string) => Date.parse(text)
const iso = (ms: number) => new Date(ms).toISOString().replace(':00.000Z', 'Z')
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Pacific/Apia',
]
const zones = fc.constantFrom(...ZONES)
const instants = fc
  .integer({ min: at('2026-01-01T00:00Z') / MINUTE, max: at('2028-01-01T00:00Z') / MINUTE })
  .map((m) => m * MINUTE)
const times = fc
  .tuple(fc.nat({ max: 23 }), fc.nat({ max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'))

/** What a clock there shows, `HH:MM`. */
const shown = (timeZone: string, ms: number) =>
  new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(ms)

describe('the next time that it is a certain time somewhere', () => {
  it('is the first minute at which clocks there show it, found by looking at every minute', { tags: ['long'] }, () => {
    fc.assert(
      fc.property(zones, instants, times, (zone, from, time) => {
        let ms = from
        while (shown(zone, ms) !== time && ms < from + 50 * 60 * MINUTE) ms += MINUTE
        const found = nextAt(clockIn(zone), time, from)
        // Where the clocks skip it, it comes that day all the same, late by what they skip.
        if (found < ms) expect(shown(zone, found - MINUTE * 121) < time).toBe(true)
        else expect(iso(found)).toBe(iso(ms))
      }),
      { numRuns: 15 },
    )
  })

  it.each([
    ['Europe/Berlin', '08:00', '2026-11-21T12:00Z', '2026-11-22T07:00Z'],
    ['Europe/Berlin', '08:00', '2026-07-21T05:59Z', '2026-07-21T06:00Z'],
    ['Europe/Berlin', '08:00', '2026-07-21T06:00Z', '2026-07-21T06:00Z'],
    // Clocks go from 2 to 3 on the 29th of March: 2:30 is skipped.
    ['Europe/Berlin', '02:30', '2026-03-28T23:00Z', '2026-03-29T01:30Z'],
    // They show 2:30 twice on the 25th of October.
    ['Europe/Berlin', '02:30', '2026-10-24T22:00Z', '2026-10-25T00:30Z'],
    ['Europe/Berlin', '02:30', '2026-10-25T00:31Z', '2026-10-25T01:30Z'],
    ['Europe/Berlin', '02:30', '2026-10-25T01:31Z', '2026-10-26T01:30Z'],
    ['Pacific/Auckland', '00:00', '2026-11-21T12:00Z', '2026-11-22T11:00Z'],
    ['Mars/Olympus', '08:00', '2026-11-21T12:00Z', '2026-11-22T08:00Z'],
  ])('in %s, for %s after %s, is %s', (zone, time, from, then) => {
    expect(iso(nextAt(clockIn(knownZone(zone)), time, at(from)))).toBe(then)
  })
})

describe('quiet hours', () => {
  const berlin = clockIn('Europe/Berlin')
  const night = { from: '21:00', to: '07:00' }
  it.each([
    ['2026-11-21T19:59Z', '2026-11-21T19:59Z'],
    ['2026-11-21T20:00Z', '2026-11-22T06:00Z'],
    ['2026-11-21T23:30Z', '2026-11-22T06:00Z'],
    ['2026-11-22T05:59Z', '2026-11-22T06:00Z'],
    ['2026-11-22T06:00Z', '2026-11-22T06:00Z'],
    // The nights in which the clocks change, an hour shorter and an hour longer.
    ['2026-03-28T20:00Z', '2026-03-29T05:00Z'],
    ['2026-10-24T19:00Z', '2026-10-25T06:00Z'],
  ])('over midnight, at %s, end at %s', (from, then) => {
    expect(iso(afterQuietHours(berlin, night, at(from)))).toBe(then)
  })

  it('within a day end that day, and none are never', () => {
    expect(iso(afterQuietHours(berlin, { from: '12:00', to: '13:30' }, at('2026-11-21T11:15Z')))).toBe(
      '2026-11-21T12:30Z',
    )
    expect(iso(afterQuietHours(berlin, null, at('2026-11-21T23:15Z')))).toBe('2026-11-21T23:15Z')
  })

  it('that end are over, for everybody at every time of the year', () => {
    fc.assert(
      fc.property(zones, instants, times, times, (zone, from, start, end) => {
        const clock = clockIn(zone)
        const loud = afterQuietHours(clock, { from: start, to: end }, from)
        expect(loud - from).toBeLessThanOrEqual(26 * 60 * MINUTE)
        expect(loud).toBeGreaterThanOrEqual(from)
        if (start !== end) expect(afterQuietHours(clock, { from: start, to: end }, loud)).toBe(loud)
      }),
      { numRuns: 300 },
    )
  })
})

describe('a daily digest', () => {
  it('is due at its hour, every day once, whatever the clocks do', () => {
    fc.assert(
      fc.property(zones, instants, fc.nat({ max: 23 }), (zone, from, hour) => {
        const clock = clockIn(zone)
        const first = nextDigest(clock, hour, null, from)
        const second = nextDigest(clock, hour, null, first)
        expect(first).toBeGreaterThan(from)
        // A day may be skipped as a whole, as Samoa did; twice a day happens where an hour is shown twice.
        expect((second - first) / 3_600_000).toBeLessThanOrEqual(25)
      }),
      { numRuns: 300 },
    )
  })

  it('waits for the end of quiet hours that its hour lies in', () => {
    const clock = clockIn('Europe/Berlin')
    const due = nextDigest(clock, 6, { from: '21:00', to: '07:00' }, at('2026-11-21T12:00Z'))
    expect(iso(due)).toBe('2026-11-22T06:00Z')
  })
})
