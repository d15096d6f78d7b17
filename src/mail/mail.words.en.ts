// The words of mails in English. Every other language has the same keys. A field that people wrote may be empty.
const ignorable = 'If you did not ask for this, you need not do anything.'
const hello = (user: string) => (user === '' ? 'Hello,' : `Hello ${user},`)
const somebody = (name: string) => name || 'Somebody'
const after = (title: string) => (title === '' ? '' : `: ${title}`)
const quoted = (title: string) => (title === '' ? '' : ` “${title}”`)
const another = 'Choose another password'

export const en = {
  locale: 'en-GB',
  frame: { stop: 'Stop this mail', message: 'Message' },
  contact: { name: 'Name', email: 'E-mail', phone: 'Phone' },
  roles: { ADMIN: 'Admin', MANAGER: 'Manager', SALES: 'Sales', CUSTOMER: 'Customer' } as Record<string, string>,
  statuses: { OPEN: 'Open', IN_PROGRESS: 'In progress', RESOLVED: 'Resolved', CLOSED: 'Closed' } as Record<
    string,
    string
  >,
  verification: {
    subject: 'Verify your e-mail address',
    text: 'Hello, please confirm that this address is yours.',
    until: (until: string) => `The link works once, until ${until}. ${ignorable}`,
    action: 'Verify the address',
  },
  reset: {
    subject: 'Choose a new password',
    text: 'Hello, somebody, probably you, asked for a new password.',
    until: (until: string) => `The link works once, until ${until}. ${ignorable}`,
    action: 'Choose a new password',
  },
  passwordReset: {
    subject: 'Your password was changed',
    text: (user: string, at: string) =>
      `${hello(user)} your password was changed on ${at} by a link sent to this address. Every session was ended, and the link to your calendar.`,
    linked: (accounts: string) =>
      `These accounts still sign in as you: ${accounts}. Is one of them not yours? Sign in, and unlink it.`,
    warning: 'If this was not you, choose another password at once.',
    action: another,
  },
  emailChange: {
    subject: 'Confirm your new e-mail address',
    text: 'Hello, somebody, probably you, wants to use this address for their account.',
    until: (until: string) => `The link works once, until ${until}. ${ignorable}`,
    action: 'Use this address',
  },
  emailChangeAsked: {
    subject: 'Another e-mail address for your account',
    text: (user: string, at: string) => `${hello(user)} on ${at} your account asked to use another e-mail address.`,
    warning:
      'It changes when the link that was mailed there is used. If this was not you, choose another password at once: that ends the change.',
    address: 'New address',
    action: another,
  },
  emailChanged: {
    subject: 'The e-mail address of your account was changed',
    text: (user: string, at: string) =>
      `${hello(user)} since ${at} your account has another e-mail address, and this one opens it no more.`,
    warning: 'If this was not you, tell an ADMIN of your team at once.',
  },
  providerLinked: {
    subject: (provider: string) => `Your account can be opened with ${provider}`,
    text: (user: string, at: string, provider: string) =>
      `${hello(user)} since ${at} an account at ${provider} signs in as you.`,
    warning: 'If this was not you, choose another password at once, then unlink that account.',
    action: another,
  },
  invitation: {
    subject: (inviter: string, workspace: string) =>
      inviter === '' ? 'You are invited to join a team' : `${inviter} invites you to ${workspace}`,
    text: (inviter: string, workspace: string, role: string) =>
      `${somebody(inviter)} invites you to join ${workspace || 'a team'} as ${role}.`,
    until: (until: string) => `The link works until ${until}.`,
    action: 'Join',
  },
  webhookDisabled: {
    subject: 'A webhook was disabled',
    text: (host: string, at: string, reason: string) =>
      `The webhook to ${host} was disabled on ${at}: ${reason}. Nothing is sent there any more.`,
    remedy: 'What happens gathers for 30 days. Mend the receiver, then resume the webhook.',
    reasons: {
      gone: 'the receiver answered 410 Gone',
      unreachable: 'nothing could be delivered for five days',
      secret: 'its secret cannot be read any more, since JWT_SECRET has changed; rotate the secret first',
    } as Record<string, string>,
    action: 'Open the webhook',
  },
  lead: {
    claimed: (title: string) => `You claimed${after(title) || ' a lead'}`,
    claimedText: (title: string, at: string) => `The lead${quoted(title)} is yours since ${at}.`,
    assigned: (title: string) => `A lead for you${after(title)}`,
    assignedText: (by: string, title: string) => `${somebody(by)} gave you the lead${quoted(title)}.`,
    action: 'Open the lead',
  },
  many: {
    leads: (count: string) => (count === '1' ? 'A lead for you' : `${count} leads for you`),
    leadsText: (by: string, count: string) =>
      `${somebody(by)} gave you ${count === '1' ? 'a lead' : `${count} leads`}.`,
    leadsAction: 'Open your leads',
    tickets: (count: string) => (count === '1' ? 'A ticket for you' : `${count} tickets for you`),
    ticketsText: (by: string, count: string) =>
      `${somebody(by)} gave you ${count === '1' ? 'a ticket' : `${count} tickets`}.`,
    ticketsAction: 'Open your tickets',
  },
  enquiry: {
    received: 'We have received your enquiry',
    receivedText: (workspace: string, at: string) =>
      `Thank you for writing to ${workspace || 'us'}. Your enquiry arrived on ${at}, and somebody will answer it.`,
    notYours: 'If you did not write to us, somebody gave your address; you need not do anything.',
    alert: (title: string) => `New enquiry${after(title)}`,
    alertText: (at: string) => `An enquiry arrived on ${at} and waits in the pool.`,
    action: 'Open the enquiry',
  },
  ticket: {
    opened: (number: string, title: string) => `Ticket #${number} opened${after(title)}`,
    openedText: (number: string, title: string, at: string) => `Ticket #${number}${quoted(title)} was opened on ${at}.`,
    updated: (number: string, title: string) => `Ticket #${number} changed${after(title)}`,
    updatedText: (number: string, title: string, at: string) =>
      `Ticket #${number}${quoted(title)} was changed on ${at}.`,
    commented: (number: string, title: string) => `Ticket #${number}, new comment${after(title)}`,
    commentedText: (by: string, at: string, ends: string) => `${somebody(by)} wrote on ${at}${ends}`,
    status: 'Status',
    action: 'Open the ticket',
  },
  due: {
    one: (about: string) => `Due: ${about}`,
    many: (count: string) => `${count} follow-ups are due`,
    text: (user: string, count: string, zone: string) =>
      `${hello(user)} ${count === '1' ? 'this is' : 'these are'} due, by the clock of ${zone}:`,
    more: (shown: number, more: number) => `(The first ${shown}; there are ${more} more.)`,
    interaction: (name: string) => `Follow up with ${name || 'somebody'}`,
    lead: (name: string) => (name === '' ? 'Follow up a lead' : `Follow up the lead of ${name}`),
    customer: (name: string) => `Be in touch with ${name || 'a customer'}`,
  },
  meeting: {
    logged: (at: string) => `Our meeting of ${at}`,
    loggedText: (by: string, at: string, ends: string) =>
      `${somebody(by)} has noted the meeting with you on ${at}${ends}`,
    moved: (at: string) => `Our meeting is on ${at}`,
    movedText: (by: string, at: string, ends: string) =>
      `${somebody(by)} has changed the meeting with you: it is on ${at}${ends}`,
    deleted: (at: string) => `Our meeting of ${at} is cancelled`,
    deletedText: (by: string, at: string) => `${somebody(by)} has cancelled the meeting with you on ${at}.`,
  },
  stop: {
    title: 'Stop mail',
    question: (address: string) => `No more mail to ${address}?`,
    button: 'Stop this mail',
    stopped: 'Mail stopped',
    done: (address: string) => `No more of this mail goes to ${address}.`,
  },
}

export type MailWords = typeof en
