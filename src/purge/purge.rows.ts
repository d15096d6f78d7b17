// What a round of the purge reports. In a file of its own, for the service imports the rounds.

/** How many rows went, by kind, and whether there may be more. */
export type Purged = { counts: Record<string, number>; isFull: boolean }
