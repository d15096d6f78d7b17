// `npm run bench:fleet`: what a fleet of workspaces in objects costs a month, and how large its directory is. The distribution
// is assumed; prices are Cloudflare's for Workers Paid as docs/scaling.md states them, with its date.
const WORKSPACES = Number(process.argv[2] ?? 10_000_000)
const DAYS = 30

/** `ms`: how long the object runs for a request; `rows`: read and written by one, of which a fifth writes. */
const KINDS = [
  { name: 'dormant', share: 0.7, records: 50, requests: 0, mb: 1 },
  { name: 'small', share: 0.25, records: 500, requests: 40, mb: 2 },
  { name: 'medium', share: 0.049, records: 10_000, requests: 1_500, mb: 24 },
  { name: 'large', share: 0.001, records: 300_000, requests: 40_000, mb: 700 },
]
const REQUEST = { ms: 8, read: 60, written: 12, writes: 0.2 }
const PRICE = { call: 0.15e-6, gbSecond: 12.5e-6, read: 0.001e-6, written: 1e-6, gb: 0.2 }
const OBJECT_GB = 0.128
const DIRECTORY = { names: 4, bytes: 150, limit: 10e9 }
/** A thread is busy from here on: requests a second in the busiest hour, which has a fifth of a day. */
const HOT = 50

const rows = KINDS.map(({ name, share, requests, mb }) => {
  const count = WORKSPACES * share
  const calls = requests * DAYS
  const cost =
    calls * PRICE.call +
    calls * (REQUEST.ms / 1000) * OBJECT_GB * PRICE.gbSecond +
    calls * REQUEST.read * PRICE.read +
    calls * REQUEST.writes * REQUEST.written * PRICE.written +
    (mb / 1000) * PRICE.gb
  const peak = (requests * 0.2) / 3600
  return { name, count, cost, peak, tb: (count * mb) / 1e6 }
})
const total = rows.reduce((sum, { count, cost }) => sum + count * cost, 0)
const dollars = (amount) => `$${amount.toFixed(amount < 1 ? 5 : 2)}`

console.log(
  'kind      workspaces    a workspace and month   all of them        storage   requests/s in the busiest hour',
)
for (const { name, count, cost, peak, tb } of rows) {
  console.log(
    [
      name.padEnd(9),
      count.toLocaleString('en').padStart(11),
      dollars(cost).padStart(22),
      dollars(count * cost).padStart(18),
      `${tb.toFixed(1)} TB`.padStart(12),
      peak.toFixed(3).padStart(12),
    ].join(' '),
  )
}
console.log(
  `all       ${WORKSPACES.toLocaleString('en')} workspaces: ${dollars(total)} a month, ${dollars(total / WORKSPACES)} each`,
)
const hot = rows.filter(({ peak }) => peak > HOT).reduce((sum, { count }) => sum + count, 0)
console.log(
  `hot: ${hot.toLocaleString('en')} workspaces with more than ${HOT} requests a second on average of the busiest hour`,
)
const gb = (WORKSPACES * DIRECTORY.names * DIRECTORY.bytes) / 1e9
const ceiling = DIRECTORY.limit / (DIRECTORY.names * DIRECTORY.bytes)
console.log(
  `directory: ${gb.toFixed(1)} GB of 10; one D1 holds the names of ${Math.floor(ceiling).toLocaleString('en')} workspaces`,
)
