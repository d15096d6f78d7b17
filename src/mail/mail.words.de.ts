// The words of mails in German. A field that people wrote may be empty.
import type { MailWords } from './mail.words.en'

const ignorable = 'Wenn du das nicht angefordert hast, musst du nichts tun.'
const once = (until: string) => `Der Link gilt einmal, bis ${until}. ${ignorable}`
const hello = (user: string) => (user === '' ? 'Hallo,' : `Hallo ${user},`)
const somebody = (name: string) => name || 'Jemand'
const after = (title: string) => (title === '' ? '' : `: ${title}`)
const quoted = (title: string) => (title === '' ? '' : ` „${title}“`)
const another = 'Anderes Passwort wählen'

export const de: MailWords = {
  locale: 'de-DE',
  frame: { stop: 'Diese Mails abbestellen', message: 'Nachricht' },
  contact: { name: 'Name', email: 'E-Mail', phone: 'Telefon' },
  roles: { ADMIN: 'Admin', MANAGER: 'Leitung', SALES: 'Vertrieb', CUSTOMER: 'Kunde' },
  statuses: { OPEN: 'Offen', IN_PROGRESS: 'In Arbeit', RESOLVED: 'Gelöst', CLOSED: 'Geschlossen' },
  verification: {
    subject: 'Bestätige deine E-Mail-Adresse',
    text: 'Hallo, bitte bestätige, dass diese Adresse dir gehört.',
    until: once,
    action: 'Adresse bestätigen',
  },
  reset: {
    subject: 'Neues Passwort wählen',
    text: 'Hallo, jemand, wahrscheinlich du, möchte ein neues Passwort.',
    until: once,
    action: 'Neues Passwort wählen',
  },
  passwordReset: {
    subject: 'Dein Passwort wurde geändert',
    text: (user, at) =>
      `${hello(user)} dein Passwort wurde am ${at} über einen Link an diese Adresse geändert. Alle Sitzungen sind beendet, und der Link zu deinem Kalender gilt nicht mehr.`,
    linked: (accounts) =>
      `Mit diesen Konten kann man sich weiterhin als du anmelden: ${accounts}. Gehört eines nicht dir? Melde dich an und hebe die Verknüpfung auf.`,
    warning: 'Wenn du das nicht warst, wähle sofort ein anderes Passwort.',
    action: another,
  },
  emailChange: {
    subject: 'Bestätige deine neue E-Mail-Adresse',
    text: 'Hallo, jemand, wahrscheinlich du, möchte diese Adresse für das eigene Konto verwenden.',
    until: once,
    action: 'Diese Adresse verwenden',
  },
  emailChangeAsked: {
    subject: 'Eine andere E-Mail-Adresse für dein Konto',
    text: (user, at) => `${hello(user)} am ${at} wurde für dein Konto eine andere E-Mail-Adresse gewünscht.`,
    warning:
      'Sie gilt, sobald der Link in der Mail dorthin benutzt wird. Wenn du das nicht warst, wähle sofort ein anderes Passwort: Das beendet die Änderung.',
    address: 'Neue Adresse',
    action: another,
  },
  emailChanged: {
    subject: 'Die E-Mail-Adresse deines Kontos wurde geändert',
    text: (user, at) =>
      `${hello(user)} seit ${at} hat dein Konto eine andere E-Mail-Adresse, und mit dieser kommt man nicht mehr hinein.`,
    warning: 'Wenn du das nicht warst, sag es sofort einem Admin deines Teams.',
  },
  providerLinked: {
    subject: (provider) => `Dein Konto lässt sich mit ${provider} öffnen`,
    text: (user, at, provider) => `${hello(user)} seit ${at} meldet sich ein Konto bei ${provider} als du an.`,
    warning: 'Wenn du das nicht warst, wähle sofort ein anderes Passwort und hebe dann die Verknüpfung auf.',
    action: another,
  },
  invitation: {
    subject: (inviter, workspace) =>
      inviter === '' ? 'Du bist in ein Team eingeladen' : `${inviter} lädt dich zu ${workspace} ein`,
    text: (inviter, workspace, role) =>
      `${somebody(inviter)} lädt dich zu ${workspace || 'einem Team'} ein, als ${role}.`,
    until: (until) => `Der Link gilt bis ${until}.`,
    action: 'Beitreten',
  },
  webhookDisabled: {
    subject: 'Ein Webhook wurde abgeschaltet',
    text: (host, at, reason) =>
      `Der Webhook zu ${host} wurde am ${at} abgeschaltet: ${reason}. Dorthin geht nichts mehr.`,
    remedy:
      'Was geschieht, wird 30 Tage lang aufgehoben. Bring den Empfänger in Ordnung und setze den Webhook dann fort.',
    reasons: {
      gone: 'der Empfänger hat mit 410 Gone geantwortet',
      unreachable: 'fünf Tage lang konnte nichts zugestellt werden',
      secret: 'sein Geheimnis ist nicht mehr lesbar, seit JWT_SECRET geändert wurde; erneuere es zuerst',
    },
    action: 'Webhook öffnen',
  },
  lead: {
    claimed: (title) => (title === '' ? 'Du hast einen Lead übernommen' : `Übernommen: ${title}`),
    claimedText: (title, at) => `Der Lead${quoted(title)} gehört dir seit ${at}.`,
    assigned: (title) => `Ein Lead für dich${after(title)}`,
    assignedText: (by, title) => `${somebody(by)} hat dir den Lead${quoted(title)} gegeben.`,
    action: 'Lead öffnen',
  },
  many: {
    leads: (count) => (count === '1' ? 'Ein Lead für dich' : `${count} Leads für dich`),
    leadsText: (by, count) => `${somebody(by)} hat dir ${count === '1' ? 'einen Lead' : `${count} Leads`} gegeben.`,
    leadsAction: 'Deine Leads öffnen',
    tickets: (count) => (count === '1' ? 'Ein Ticket für dich' : `${count} Tickets für dich`),
    ticketsText: (by, count) => `${somebody(by)} hat dir ${count === '1' ? 'ein Ticket' : `${count} Tickets`} gegeben.`,
    ticketsAction: 'Deine Tickets öffnen',
  },
  enquiry: {
    received: 'Ihre Anfrage ist angekommen',
    receivedText: (workspace, at) =>
      `Danke, dass Sie ${workspace || 'uns'} schreiben. Ihre Anfrage ist am ${at} angekommen und wird beantwortet.`,
    notYours: 'Wenn Sie uns nicht geschrieben haben, hat jemand Ihre Adresse angegeben; Sie müssen nichts tun.',
    alert: (title) => `Neue Anfrage${after(title)}`,
    alertText: (at) => `Am ${at} ist eine Anfrage angekommen. Sie ist noch frei.`,
    action: 'Anfrage öffnen',
  },
  ticket: {
    opened: (number, title) => `Ticket #${number} eröffnet${after(title)}`,
    openedText: (number, title, at) => `Ticket #${number}${quoted(title)} wurde am ${at} eröffnet.`,
    updated: (number, title) => `Ticket #${number} geändert${after(title)}`,
    updatedText: (number, title, at) => `Ticket #${number}${quoted(title)} wurde am ${at} geändert.`,
    commented: (number, title) => `Ticket #${number}, neuer Kommentar${after(title)}`,
    commentedText: (by, at, ends) => `${somebody(by)} schrieb am ${at}${ends}`,
    status: 'Status',
    action: 'Ticket öffnen',
  },
  due: {
    one: (about) => `Fällig: ${about}`,
    many: (count) => `${count} Wiedervorlagen sind fällig`,
    text: (user, count, zone) =>
      `${hello(user)} ${count === '1' ? 'dies ist' : 'diese sind'} fällig, nach der Uhr von ${zone}:`,
    more: (shown, more) => `(Die ersten ${shown}; ${more} weitere sind fällig.)`,
    interaction: (name) => `Nachfassen bei ${name || 'jemandem'}`,
    lead: (name) => (name === '' ? 'Bei einem Lead nachfassen' : `Beim Lead von ${name} nachfassen`),
    customer: (name) => `Kontakt halten mit ${name || 'jemandem'}`,
  },
  meeting: {
    logged: (at) => `Unser Termin am ${at}`,
    loggedText: (by, at, ends) => `${somebody(by)} hat den Termin mit Ihnen am ${at} notiert${ends}`,
    moved: (at) => `Unser Termin ist am ${at}`,
    movedText: (by, at, ends) => `${somebody(by)} hat den Termin mit Ihnen geändert: Er ist am ${at}${ends}`,
    deleted: (at) => `Unser Termin am ${at} fällt aus`,
    deletedText: (by, at) => `${somebody(by)} hat den Termin mit Ihnen am ${at} abgesagt.`,
  },
  stop: {
    title: 'Mails abbestellen',
    question: (address) => `Keine Mails mehr an ${address}?`,
    button: 'Diese Mails abbestellen',
    stopped: 'Abbestellt',
    done: (address) => `An ${address} gehen diese Mails nicht mehr.`,
  },
}
