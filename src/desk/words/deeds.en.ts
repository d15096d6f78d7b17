// The words of the timeline and the audit trail in English: who did what.

const DEEDS: Record<string, string> = {
  'lead.created': 'made the lead',
  'lead.enquired': 'wrote in',
  'lead.claimed': 'claimed the lead',
  'lead.released': 'gave the lead back to the pool',
  'lead.converted': 'made a customer of the lead',
  'lead.trashed': 'put the lead into the trash',
  'lead.restored': 'took the lead out of the trash',
  'customer.created': 'added the customer',
  'customer.trashed': 'put the customer into the trash',
  'customer.restored': 'took the customer out of the trash',
  'customer.merged': 'merged another customer into this one',
  'customer.unmerged': 'undid a merge',
  'customer.tagged': 'changed the tags',
  'customer.untagged': 'changed the tags',
  'lead.tagged': 'changed the tags',
  'lead.untagged': 'changed the tags',
  'ticket.tagged': 'changed the tags',
  'ticket.untagged': 'changed the tags',
  'customer.related': 'related another customer',
  'customer.unrelated': 'ended a relationship',
  'customer.erased': 'erased the personal data',
  'interaction.created': 'added an entry',
  'interaction.done': 'completed a follow-up',
  'interaction.updated': 'changed an entry',
  'interaction.deleted': 'deleted an entry',
  'ticket.created': 'opened a ticket',
  'ticket.updated': 'changed a ticket',
  'ticket.commented': 'commented on a ticket',
  'ticket.assigned': 'assigned a ticket',
  'ticket.trashed': 'put a ticket into the trash',
  'ticket.restored': 'took a ticket out of the trash',
  'user.registered': 'joined',
  'user.updated': 'changed a member',
  'user.removed': 'removed a member',
  'user.email_changed': 'changed the e-mail address',
  'user.email_verified': 'verified the e-mail address',
  'user.email_yielded': 'yielded the e-mail address',
  'user.password_changed': 'changed the password',
  'user.password_reset': 'chose a new password',
  'user.linked': 'linked a way to sign in',
  'user.unlinked': 'unlinked a way to sign in',
  'user.session_revoked': 'ended a session',
  'user.calendar_opened': 'made a calendar link',
  'user.calendar_closed': 'ended the calendar link',
  'user.notifications_changed': 'changed which mails to get',
  'invitation.created': 'invited somebody',
  'invitation.withdrawn': 'withdrew an invitation',
  'workspace.updated': 'changed the workspace',
  'workspace.plan_changed': 'changed the plan',
  'import.finished': 'imported a file',
  'import.cancelled': 'cancelled an import',
  'import.reverted': 'reverted an import',
  'tag.renamed': 'renamed a tag',
  'tag.deleted': 'deleted a tag',
  'view.created': 'saved a view',
  'view.updated': 'changed a view',
  'view.deleted': 'deleted a view',
  'stage.created': 'added a stage',
  'stage.updated': 'changed a stage',
  'stage.deleted': 'deleted a stage',
  'field.created': 'defined a field',
  'field.retyped': 'changed the type of a field',
  'field.made_strict': 'allowed defined fields only',
  'field.made_open': 'allowed fields without a definition',
  'api_key.created': 'made an API key',
  'api_key.revoked': 'revoked an API key',
  'webhook.created': 'made a webhook',
  'webhook.updated': 'changed a webhook',
  'webhook.deleted': 'deleted a webhook',
  'webhook.paused': 'paused a webhook',
  'webhook.resumed': 'resumed a webhook',
  'webhook.disabled': 'switched off a webhook that does not answer',
  'webhook.secret_rotated': 'changed the secret of a webhook',
  'mail.retried': 'sent a mail again',
}

const LOGGED_AS: Record<string, string> = {
  CALL: 'The call',
  EMAIL: 'The e-mail',
  MEETING: 'The meeting',
  NOTE: 'The note',
  TASK: 'The task',
}

const LOGGED: Record<string, string> = {
  NOTE: 'wrote a note',
  CALL: 'logged a call',
  EMAIL: 'logged an e-mail',
  MEETING: 'logged a meeting',
  TASK: 'noted a task',
  FOLLOW_UP: 'planned a follow-up',
}

type Deed = { isMine: boolean; about?: string; fields: string[] }

export const log = {
  title: 'Log',
  kind: 'Kind of entry',
  kinds: { CALL: 'Call', EMAIL: 'E-mail', MEETING: 'Meeting', NOTE: 'Note', TASK: 'Task' },
  text: 'What was said?',
  placeholder: 'What was said, what was agreed…',
  settles: 'The follow-up is done with this',
  save: 'Log it',
  done: (type: string) => `${LOGGED_AS[type] ?? 'The entry'} is in the timeline.`,
}

export const logged = (type: string, _isMine: boolean) => LOGGED[type] ?? 'logged something'

export const deeds = {
  of: (verb: string, { about, fields }: Deed): string => {
    const what =
      DEEDS[verb] ??
      (verb.endsWith('.updated') ? `changed ${fields.join(', ') || 'the record'}` : verb.replace('.', ' '))
    return about ? `${what}: ${about}` : what
  },
  moved: (status: string, _isMine: boolean) => `moved it to ${status}`,
  gave: (name: string, _isMine: boolean) => `gave it to ${name}`,
}
