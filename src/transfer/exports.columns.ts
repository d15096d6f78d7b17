// The columns of an export, in their order: named as the fields of the API are, readable by an import.
export const COLUMNS = {
  customers: [
    ...['id', 'name', 'email', 'phone', 'company', 'owner', 'tags', 'keepInTouchDays', 'createdAt', 'updatedAt'],
    ...['lastInteractionAt', 'nextFollowUpAt', 'customFields'],
  ],
  leads: [
    ...['id', 'title', 'name', 'email', 'phone', 'interest', 'message', 'description', 'status', 'source', 'owner'],
    ...['followUpAt', 'metadata', 'createdAt', 'updatedAt', 'claimedAt', 'convertedAt'],
  ],
  interactions: [
    ...['id', 'type', 'body', 'customerId', 'leadId', 'ticketId', 'occurredAt', 'followUpAt', 'doneAt', 'createdBy'],
    ...['createdAt', 'updatedAt'],
  ],
  tickets: [
    ...['id', 'number', 'customerId', 'interactionId', 'title', 'description', 'status', 'priority', 'assigneeId'],
    ...['openedBy', 'resolvedAt', 'createdAt', 'updatedAt'],
  ],
} as const
