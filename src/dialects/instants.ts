// dialects: instants as these systems write them.

/** Without milliseconds where there are none, as in 2024-03-15T10:00:00Z. */
export const brief = (instant: string): string => instant.replace('.000Z', 'Z')

/** Without milliseconds, as in 2024-09-01T02:14:11Z. */
export const toTheSecond = (instant: string): string => instant.replace(/\.\d{3}Z$/, 'Z')
