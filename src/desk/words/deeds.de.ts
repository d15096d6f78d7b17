// The words of the timeline and the audit trail in German: who did what.
import type { Words } from './en'

// Each with its participle at the end, after „hat“ or „hast“.
const DEEDS: Record<string, string> = {
  'lead.created': 'den Lead angelegt',
  'lead.enquired': 'angefragt',
  'lead.claimed': 'den Lead übernommen',
  'lead.released': 'den Lead zurückgegeben',
  'lead.converted': 'aus dem Lead einen Kunden gemacht',
  'lead.trashed': 'den Lead in den Papierkorb gelegt',
  'lead.restored': 'den Lead aus dem Papierkorb geholt',
  'customer.created': 'den Kunden angelegt',
  'customer.trashed': 'den Kunden in den Papierkorb gelegt',
  'customer.restored': 'den Kunden aus dem Papierkorb geholt',
  'customer.merged': 'einen anderen Kunden mit diesem zusammengeführt',
  'customer.unmerged': 'eine Zusammenführung zurückgenommen',
  'customer.tagged': 'die Schlagwörter geändert',
  'customer.untagged': 'die Schlagwörter geändert',
  'lead.tagged': 'die Schlagwörter geändert',
  'lead.untagged': 'die Schlagwörter geändert',
  'ticket.tagged': 'die Schlagwörter geändert',
  'ticket.untagged': 'die Schlagwörter geändert',
  'customer.related': 'eine Beziehung eingetragen',
  'customer.unrelated': 'eine Beziehung beendet',
  'customer.erased': 'die personenbezogenen Daten gelöscht',
  'interaction.created': 'einen Eintrag angelegt',
  'interaction.done': 'eine Wiedervorlage erledigt',
  'interaction.updated': 'einen Eintrag geändert',
  'interaction.deleted': 'einen Eintrag gelöscht',
  'ticket.created': 'ein Ticket eröffnet',
  'ticket.updated': 'ein Ticket geändert',
  'ticket.commented': 'ein Ticket kommentiert',
  'ticket.assigned': 'ein Ticket zugewiesen',
  'ticket.trashed': 'ein Ticket in den Papierkorb gelegt',
  'ticket.restored': 'ein Ticket aus dem Papierkorb geholt',
  'user.registered': 'sich angemeldet',
  'user.updated': 'ein Mitglied geändert',
  'user.removed': 'ein Mitglied entfernt',
  'user.email_changed': 'die E-Mail-Adresse geändert',
  'user.email_verified': 'die E-Mail-Adresse bestätigt',
  'user.email_yielded': 'die E-Mail-Adresse abgetreten',
  'user.password_changed': 'das Passwort geändert',
  'user.password_reset': 'ein neues Passwort gewählt',
  'user.linked': 'einen Weg zur Anmeldung verknüpft',
  'user.unlinked': 'einen Weg zur Anmeldung gelöst',
  'user.session_revoked': 'eine Sitzung beendet',
  'user.calendar_opened': 'einen Kalender-Link erzeugt',
  'user.calendar_closed': 'den Kalender-Link beendet',
  'user.notifications_changed': 'die Benachrichtigungen geändert',
  'invitation.created': 'jemanden eingeladen',
  'invitation.withdrawn': 'eine Einladung zurückgezogen',
  'workspace.updated': 'den Arbeitsbereich geändert',
  'workspace.plan_changed': 'den Tarif geändert',
  'import.finished': 'eine Datei importiert',
  'import.cancelled': 'einen Import abgebrochen',
  'import.reverted': 'einen Import zurückgenommen',
  'tag.renamed': 'ein Schlagwort umbenannt',
  'tag.deleted': 'ein Schlagwort gelöscht',
  'view.created': 'eine Ansicht gespeichert',
  'view.updated': 'eine Ansicht geändert',
  'view.deleted': 'eine Ansicht gelöscht',
  'stage.created': 'eine Stufe angelegt',
  'stage.updated': 'eine Stufe geändert',
  'stage.deleted': 'eine Stufe gelöscht',
  'field.created': 'ein Feld angelegt',
  'field.retyped': 'die Art eines Feldes geändert',
  'field.made_strict': 'nur noch angelegte Felder erlaubt',
  'field.made_open': 'auch Felder erlaubt, die nicht angelegt sind',
  'api_key.created': 'einen API-Schlüssel erzeugt',
  'api_key.revoked': 'einen API-Schlüssel gesperrt',
  'webhook.created': 'einen Webhook angelegt',
  'webhook.updated': 'einen Webhook geändert',
  'webhook.deleted': 'einen Webhook gelöscht',
  'webhook.paused': 'einen Webhook angehalten',
  'webhook.resumed': 'einen Webhook fortgesetzt',
  'webhook.disabled': 'einen Webhook abgeschaltet, der nicht antwortet',
  'webhook.secret_rotated': 'das Geheimnis eines Webhooks geändert',
  'mail.retried': 'eine Mail erneut gesendet',
}

const LOGGED_AS: Record<string, string> = {
  CALL: 'Der Anruf',
  EMAIL: 'Die E-Mail',
  MEETING: 'Das Treffen',
  NOTE: 'Die Notiz',
  TASK: 'Die Aufgabe',
}

const LOGGED: Record<string, string> = {
  NOTE: 'eine Notiz geschrieben',
  CALL: 'einen Anruf notiert',
  EMAIL: 'eine E-Mail notiert',
  MEETING: 'ein Treffen notiert',
  TASK: 'eine Aufgabe notiert',
  FOLLOW_UP: 'eine Wiedervorlage geplant',
}

const has = (isMine: boolean) => (isMine ? 'hast' : 'hat')

export const log: Words['log'] = {
  title: 'Eintragen',
  kind: 'Art des Eintrags',
  kinds: { CALL: 'Anruf', EMAIL: 'E-Mail', MEETING: 'Treffen', NOTE: 'Notiz', TASK: 'Aufgabe' },
  text: 'Was wurde gesagt?',
  placeholder: 'Was gesagt und vereinbart wurde …',
  settles: 'Die Wiedervorlage ist damit erledigt',
  save: 'Eintragen',
  done: (type) => `${LOGGED_AS[type] ?? 'Der Eintrag'} steht im Verlauf.`,
}

export const logged: Words['logged'] = (type, isMine) => `${has(isMine)} ${LOGGED[type] ?? 'etwas eingetragen'}`

export const deeds: Words['deeds'] = {
  of: (verb, { isMine, about, fields }) => {
    const what =
      verb.endsWith('.updated') && !DEEDS[verb]
        ? `${fields.join(', ') || 'den Datensatz'} geändert`
        : (DEEDS[verb] ?? verb)
    return `${has(isMine)} ${what}${about ? `: ${about}` : ''}`
  },
  moved: (status, isMine) => `${has(isMine)} ihn auf „${status}“ gesetzt`,
  gave: (name, isMine) => `${has(isMine)} ihn ${name} gegeben`,
}
