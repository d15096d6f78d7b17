// The orders of lists, as `sort` names them: in queries, in bodies, and in views.

export const SORTS = {
  lead: ['-createdAt', 'createdAt', '-updatedAt', 'updatedAt', '-followUpAt', 'followUpAt'],
  customer: [
    ...(['-createdAt', 'createdAt', '-updatedAt', 'updatedAt', 'name', '-name'] as const),
    ...(['-lastInteractionAt', 'lastInteractionAt', 'nextFollowUpAt', 'nextTouchAt'] as const),
  ],
  ticket: ['-createdAt', 'createdAt', '-updatedAt', 'updatedAt'],
  interaction: ['-occurredAt', 'occurredAt', 'followUpAt', '-followUpAt', '-updatedAt', 'updatedAt'],
} as const
