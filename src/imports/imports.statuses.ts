// What other systems call the four statuses of a lead.
import type { LEAD_STATUSES } from '../db/schema/leads'
import { headerKey } from './imports.headers'

type Status = (typeof LEAD_STATUSES)[number]

const WORDS: Record<Status, string> = {
  NEW: 'new|new lead|open|open - not contacted|not contacted|uncontacted|untouched|unread|unworked|raw|raw lead|created|submitted|received|incoming|inquiry|enquiry|pre inquiry|intake|complete|to contact|to do|todo|pending|assigned|neu|offen|eingegangen|nicht kontaktiert|nouveau|nouvelle|ouvert|à contacter|nuevo|nueva|abierto|sin contactar|nuovo|aperto|da contattare|novo|aberto|nieuw|open staand|nowy|nowa|otwarty|ny|öppen|åben|nový|nová|otevřený|uusi|új|nou|yeni|açık|новый|новая|новое|открыт|新規|未対応|新建|新的|未联系|신규',
  CONTACTED:
    'contacted|working|working - contacted|attempted|attempting|attempted to contact|attempting contact|connected|in progress|in process|ongoing|active|engaged|responded|replied|reached|reached out|follow up|following up|followed up|contact in future|nurture|nurturing|nurtured|kontaktiert|in bearbeitung|angesprochen|nachfassen|contacté|en cours|relancé|contactado|en curso|en proceso|contattato|in corso|in lavorazione|em andamento|em contato|gecontacteerd|benaderd|in behandeling|skontaktowano|w toku|kontaktad|pågår|kontaktet|i gang|kontaktován|probíhá|iletişime geçildi|görüşülüyor|в работе|связались|контакт установлен|対応中|連絡済み|已联系|跟进中|연락함|진행중',
  QUALIFIED:
    'qualified|pre qualified|prequalified|sales qualified|sales qualified lead|sql|marketing qualified|marketing qualified lead|mql|opportunity|pipeline opportunity|open deal|hot|warm|meeting booked|meeting scheduled|demo|demo scheduled|presentation scheduled|proposal|proposal sent|proposal made|quote|quoted|negotiation|negotiations started|decision maker bought in|contract sent|qualifiedtobuy|qualified to buy|qualifiziert|angebot|qualifié|proposition|cualificado|calificado|propuesta|qualificato|proposta|qualificado|gekwalificeerd|offerte|zakwalifikowany|oferta|kvalificerad|kvalificeret|kvalifisert|kvalifikovaný|nitelikli|teklif|квалифицирован|предложение|見込み|提案|合格|已确认|적격',
  CLOSED:
    'closed|closed - converted|closed converted|closed - not converted|closed not converted|closed won|closed lost|converted|convert|won|lost|lost lead|junk|junk lead|dead|recycled|unqualified|not qualified|disqualified|not interested|no interest|bad timing|bad fit|rejected|cancelled|canceled|archived|duplicate|invalid|spam|do not contact|unresponsive|no response|customer|done|finished|completed|geschlossen|abgeschlossen|gewonnen|verloren|kein interesse|abgelehnt|konvertiert|kunde|fermé|gagné|perdu|converti|cerrado|ganado|perdido|convertido|chiuso|vinto|perso|convertito|fechado|ganho|gesloten|gewonnen|verloren|zamknięty|wygrany|przegrany|utracony|stängd|vunnen|förlorad|lukket|vundet|tabt|tapt|uzavřený|ztracený|kapalı|kazanıldı|kaybedildi|закрыт|успешно|выигран|проигран|потерян|отказ|成約|失注|完了|已成交|已关闭|丢失|无效|종료|실패|성공',
}

const STATUS_OF = new Map(
  Object.entries(WORDS).flatMap(([status, words]) =>
    words.split('|').map((word) => [headerKey(word), status] as const),
  ),
)

/** What values of a column are meant by, as a caller says: each value as it stands in the file, and its status. */
export type StatusMapping = Readonly<Record<string, string>>

/** The status that a system means by these words; undefined, where they are not known. */
export function statusOf(text: string, mapping: StatusMapping): string | undefined {
  const key = headerKey(text)
  const given = Object.entries(mapping).find(([value]) => headerKey(value) === key)
  return given?.[1] ?? STATUS_OF.get(key)
}
