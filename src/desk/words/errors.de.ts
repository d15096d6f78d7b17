// The words of errors in German.
import { ERRORS, type ErrorCode, type ProblemExtras } from '../../errors'

const SAID: Partial<Record<ErrorCode, string>> = {
  invalid: 'Bitte sieh dir die markierten Felder an.',
  invalid_credentials: 'E-Mail-Adresse oder Passwort stimmt nicht.',
  locked_out: 'Zu viele Fehlversuche: Warte 15 Minuten, oder wähle ein neues Passwort.',
  invalid_token: 'Dieser Link ist verbraucht, zu alt oder unvollständig. Fordere einen neuen an.',
  invalid_invitation:
    'Diese Einladung ist verbraucht, zurückgezogen oder zu alt, oder sie ging an eine andere Adresse. Bitte um eine neue.',
  signup_closed: 'Hier kann sich niemand selbst anmelden: Bitte jemanden aus dem Team um eine Einladung.',
  email_taken: 'Mit dieser E-Mail-Adresse gibt es schon ein Konto. Melde dich an, oder nimm eine andere Adresse.',
  email_unverified: 'Bitte bestätige erst deine E-Mail-Adresse.',
  unauthenticated: 'Deine Sitzung ist zu Ende. Melde dich neu an.',
  forbidden: 'Das darfst du nicht.',
  not_yours: 'Du siehst diesen Lead, aber er gehört dir nicht: Übernimm ihn zuerst.',
  not_found: 'Das gibt es hier nicht, oder du darfst es nicht sehen.',
  already_yours: 'Dieser Lead gehört dir schon.',
  already_converted: 'Aus diesem Lead ist schon ein Kunde geworden.',
  customer_exists: 'Einen Kunden mit dieser E-Mail-Adresse gibt es schon.',
  invalid_owner: 'Diese Person ist kein aktives Mitglied des Teams.',
  stale: 'Jemand war schneller: Der Datensatz hat sich geändert, seit du ihn geöffnet hast.',
  merged_away: 'Dieser Kunde wurde mit einem anderen zusammengeführt.',
  already_erased: 'Die Daten dieser Person sind schon gelöscht.',
  relationship_cycle: 'Damit würde ein Kreis entstehen.',
  plan_limit: 'Der Tarif dieses Arbeitsbereichs lässt davon nicht mehr zu.',
  mail_limit: 'Für jetzt sind es zu viele Mails: Versuche es in einer Stunde noch einmal.',
  rate_limited: 'Zu viele Anfragen: Warte ein paar Minuten, dann versuche es noch einmal.',
  not_configured: 'Das ist hier nicht eingerichtet.',
  unavailable: 'Die Datenbank antwortet nicht. Versuche es gleich noch einmal.',
  internal: 'Bei uns ist etwas schiefgegangen.',
}

/** What to do about an error. */
export const HINTS: Partial<Record<ErrorCode, string>> = {
  not_found: 'Vielleicht liegt es im Papierkorb oder gehört jemand anderem.',
  forbidden: 'Wenn du es brauchst, frage einen Admin deines Teams.',
  email_unverified: 'Folge dem Link in der Mail, die wir dir geschickt haben.',
  rate_limited: 'Warte ein paar Minuten, dann versuche es noch einmal.',
  internal: 'Wir haben notiert, was geschehen ist. Bitte versuche es noch einmal.',
}

/** An error in a sentence, by its code. */
export function error(code: ErrorCode, { claimedBy }: ProblemExtras): string {
  if (code === 'already_claimed')
    return `${claimedBy?.name || 'Jemand aus dem Team'} war schneller und hat diesen Lead.`
  return SAID[code] ?? `${ERRORS[code][1]}.`
}

/** What is wrong with a field, by the code of its issue. */
export function issue(code: string, message: string): string {
  const [, least] = /at least (\d+) characters/.exec(message) ?? []
  if (least) return `Mindestens ${least} Zeichen.`
  if (message === 'Required' || code === 'too_small') return 'Das wird gebraucht.'
  if (code === 'too_big') return 'Das ist zu lang oder zu groß.'
  if (message === 'Invalid email address') return 'Das ist keine E-Mail-Adresse.'
  if (code === 'day') return 'Das ist kein Tag.'
  if (code === 'confirmation') return 'Das ist nicht der Name dieses Kunden.'
  return code === 'custom' || code === 'invalid_format' ? 'Das passt hier nicht.' : message
}
