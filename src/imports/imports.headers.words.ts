// What columns are called in many languages: whole names by the field that they fill, and the words of which names of
// addresses and numbers are made. They are folded when they are read, so they stand here as people write them.

/** Names of columns by the field that they fill, separated by bars. The names in English stand in the tables of fields. */
export const NAMES: Record<string, string> = {
  name: 'vollständiger name|anzeigename|ansprechpartner|kontaktname|kontakt|nom complet|nom et prénom|nom du contact|nombre completo|nombre y apellidos|nombre del contacto|nombre|nome completo|nome e cognome|nome|nominativo|contatto|contato|volledige naam|naam|contactpersoon|imię i nazwisko|nazwa|osoba kontaktowa|fullständigt namn|namn|kontaktperson|navn|fulde navn|fullt navn|koko nimi|nimi|celé jméno|jméno a příjmení|jméno|név|teljes név|nume complet|ad soyad|adı soyadı|isim|tam adı|фио|полное имя|имя|контакт|контактное лицо|клиент|піб|повне імʼя|ονοματεπώνυμο|氏名|名前|お名前|顧客名|担当者名|姓名|名称|客户姓名|客户名称|联系人|聯絡人|이름|성명|고객명|담당자|שם|שם מלא|الاسم|الاسم الكامل|họ và tên|họ tên|nama|nama lengkap|ชื่อ',
  firstName:
    'fname|first|given names|vorname|rufname|prénom|prénoms|nombre de pila|primer nombre|primeiro nome|nome próprio|voornaam|roepnaam|imię|imiona|förnamn|tilltalsnamn|fornavn|etunimi|křestní jméno|křestní|meno|keresztnév|utónév|prenume|ad|adı|имя собственное|ім’я|όνομα|名|名（名）|下の名前|名字|שם פרטי|الاسم الأول|nama depan|tên',
  middleName:
    'additional name|second name|middle initial|weitere vornamen|zweiter vorname|deuxième prénom|segundo nombre|tussenvoegsel|drugie imię|mellannamn|mellemnavn|отчество|по батькові|πατρώνυμο',
  lastName:
    'lname|last|family|familienname|zuname|nachname|nom de famille|nom|primer apellido|apellido|apellidos|sobrenome|apelido|cognome|achternaam|familienaam|nazwisko|efternamn|efternavn|etternavn|sukunimi|příjmení|priezvisko|vezetéknév|családnév|nume de familie|soyad|soyadı|soyisim|фамилия|прізвище|επώνυμο|επίθετο|姓|苗字|名字（姓）|姓氏|성|שם משפחה|اسم العائلة|الكنية|nama belakang|họ',
  nameSuffix: 'name suffix|suffix|namenszusatz|suffixe|sufijo|suffisso',
  company:
    'firma|firmenname|unternehmen|betrieb|organisation|société|entreprise|raison sociale|nom de la société|établissement|empresa|compañía|nombre de la empresa|organización|razón social|azienda|società|ditta|ragione sociale|nome azienda|organizzazione|organização|nome da empresa|bedrijf|bedrijfsnaam|organisatie|firma|nazwa firmy|przedsiębiorstwo|organizacja|företag|företagsnamn|bolag|firma|virksomhed|virksomhedsnavn|bedrift|yritys|yrityksen nimi|společnost|název firmy|organizace|spoločnosť|cég|cégnév|companie|firmă|şirket|şirket adı|firma adı|kurum|компания|организация|название компании|фирма|компанія|εταιρεία|会社|会社名|法人名|企業名|組織|公司|公司名称|企业|单位|회사|회사명|חברה|الشركة|công ty|perusahaan|บริษัท',
  jobTitle:
    'stelle|stellung|tätigkeit|amtsbezeichnung|dienststellung|intitulé du poste|profession|métier|cargo|puesto|puesto de trabajo|ocupación|profesión|qualifica|ruolo|mansione|posizione|professione|profissão|função|functie|functietitel|beroep|stanowisko|zawód|befattning|titel på jobb|yrke|stilling|jobtitel|stillingsbetegnelse|tehtävänimike|ammatti|pozice|pracovní pozice|funkce|beosztás|munkakör|funcție|ünvan|unvan|meslek|pozisyon|görev|должность|профессия|посада|θέση|役職|職業|肩書き|职位|职务|職稱|직책|직위|תפקיד|المسمى الوظيفي|chức vụ|jabatan',
  owner:
    'owned by|assigned user|assigned user name|assigned|sales owner|record owner|verantwortlich|zuständiger|betreuer|bearbeiter|inhaber|besitzer|propriétaire|responsable|attribué à|propietario|asignado a|proprietario|responsabile|assegnato a|responsável|proprietário|eigenaar|verantwoordelijke|toegewezen aan|opiekun|właściciel|przypisany do|ägare|ansvarig|ejer|ansvarlig|eier|omistaja|vlastník|odpovědná osoba|felelős|sahibi|sorumlu|ответственный|менеджер|владелец|відповідальний|担当|担当者|負責人|负责人|所有者|담당|소유자',
  tags: 'tag list|contact tags|kategorie|kategorien|schlagwörter|gruppe|gruppen|étiquettes|catégories|catégorie|groupes|etiquetas|categoría|categorías|grupos|etichette|categoria|categorie|gruppi|marcadores|categorias|labels|groepen|etykiety|kategoria|kategorie|grupy|etiketter|kategorier|grupper|tagit|štítky|skupiny|címkék|etichete|etiketler|kategori|теги|метки|категория|категории|группы|タグ|ラベル|グループ|标签|標籤|分组|태그|라벨',
  title:
    'deal title|opportunity name|lead title|lead name title|anfrage|vorgang|thema|bezeichnung|objet|sujet|asunto|oggetto|assunto|onderwerp|temat|ämne|emne|aihe|předmět|tárgy|subiect|konu|тема|предмет|件名|主题|主題|제목',
  status:
    'lead stage|deal stage|pipeline stage|phase|statut|étape|estado|etapa|situação|stato|fase|stadium|etap|läge|tila|stav|állapot|stare|durum|aşama|статус|стадия|этап|стан|状态|狀態|阶段|ステータス|状況|상태|단계',
  source:
    'lead source|original source|herkunft|leadquelle|kanal|origine|provenance|canal|origen|fuente|origem|fonte|provenienza|bron|herkomst|źródło|källa|kilde|lähde|zdroj|forrás|sursă|kaynak|источник|канал|джерело|来源|流入元|情報源|出典|출처|유입경로',
  interest:
    'interested in|product interest|interessiert an|intérêt|interés|interesse em|zainteresowanie|intresse|zájem|ilgi|интерес|興味|感兴趣|관심',
  message:
    'your message|customer message|anfragetext|mitteilung|kommentar|commentaire|commentaires|mensaje|comentario|comentarios|messaggio|commento|mensagem|comentário|bericht|opmerking|wiadomość|komentarz|meddelande|besked|melding|viesti|zpráva|üzenet|mesaj|yorum|сообщение|комментарий|повідомлення|メッセージ|お問い合わせ内容|留言|메시지|문의내용',
  description:
    'notizen|notiz|bemerkung|bemerkungen|anmerkung|anmerkungen|remarques|descripción|notas|descrizione|annotazioni|descrição|observações|omschrijving|opmerkingen|opis|uwagi|notatki|beskrivning|anteckningar|beskrivelse|noter|kuvaus|popis|poznámka|poznámky|leírás|megjegyzés|açıklama|notlar|описание|примечание|заметки|опис|備考|説明|メモ|描述|备注|備註|비고|설명',
  note: 'notizen|notiz|bemerkung|bemerkungen|anmerkung|anmerkungen|kommentar|kommentare|remarques|remarque|commentaire|commentaires|notas|nota|comentario|comentarios|observaciones|annotazioni|annotazione|note|commento|commenti|observações|comentário|opmerkingen|opmerking|notities|uwagi|notatki|notatka|komentarz|anteckningar|anteckning|kommentarer|noter|notater|notat|muistiinpanot|huomautukset|poznámka|poznámky|megjegyzés|megjegyzések|note interne|notlar|not|yorum|примечание|примечания|заметки|заметка|комментарий|примітка|нотатки|備考|メモ|备注|備註|비고|메모|last note|latest note',
  call: 'last call|anruf|anrufe|letzter anruf|gesprächsnotiz|gesprächsnotizen|telefonnotiz|appel|dernier appel|llamada|última llamada|chiamata|ultima chiamata|ligação|telefoongesprek|rozmowa|samtal|samtale|звонок|последний звонок|通話メモ|通话记录',
  meeting:
    'last meeting|besprechung|besprechungsnotiz|besprechungsnotizen|treffen|réunion|compte rendu|reunión|riunione|reunião|bespreking|spotkanie|möte|møde|møte|встреча|打ち合わせ|会议记录',
  followUpAt:
    'next activity date|next step date|reminder date|wiedervorlage|rappel|relance|próximo contacto|seguimiento|ricontatto|uppföljning|opfølgning|volgende actie|przypomnienie',
  externalId:
    'external id|record id|unique id|uid|uuid|guid|contact id|customer id|person id|client id|lead id|member id|subscriber id|copper id|hubspot id|id zapisu|kundennummer|kunden nr|kundennr|kunden id|numéro client|n° client|número de cliente|codice cliente|código do cliente|klantnummer|kundnummer|kundenummer|asiakasnumero|ügyfélszám|müşteri no|номер клиента|код клиента|顧客id|顧客番号|客户编号|고객번호',
  email:
    'メール|メールアドレス|eメール|電子メール|邮箱|邮箱地址|电子邮件|电子邮箱|電子郵件|電郵|이메일|이메일 주소|전자우편|אימייל|דוא"ל|البريد الإلكتروني|อีเมล',
  phone:
    '電話|電話番号|携帯|携帯電話|携帯番号|電話號碼|电话|电话号码|手机|手机号|手机号码|联系电话|聯絡電話|전화|전화번호|휴대폰|휴대전화|핸드폰|연락처|טלפון|נייד|الهاتف|رقم الهاتف|الجوال|điện thoại|số điện thoại|โทรศัพท์',
}

/** Words that make a column one of e-mail addresses. */
export const EMAIL_WORDS =
  'email emails mail mails emailaddress emailaddresses mailaddress emailadresse emailadressen mailadresse courriel correo correoelectronico emailadres emailadressa epost epostadress epostadresse eposta eposti sahkoposti posta postaelettronica poczta почта'
/** Words that make a column one of phone numbers, each language’s. */
export const PHONE_WORDS =
  'phone phones phonenumber phonenumbers telephone telephones tel telno telefon telefonnummer telefonnr rufnummer telefono telefone telefoon telefoonnummer telephonenumber telefonszam telefonu telefonni puhelin puhelinnumero тел телефон телефоны τηλεφωνο telp mobile mobil mobiltelefon mobilnummer mobilephone mobiel mobilni movil celular cellulare cell cellphone cel handy handynummer natel portable gsm komorka komorkowy komorkowe matkapuhelin kannykka мобильный мобильныи мобільний κινητο whatsapp'
/** Words of a phone column that say nothing further, or of which kind the number or address is. Null: of none. */
export const QUALIFIERS: [words: string, label: string | null][] = [
  [
    'number numbers no nr nummer numero num numer cislo nro numarasi номер address addresses adress adresse adresa adres adresi direccion indirizzo endereco value contact contacts contactperson person people customer client lead user kunde your my the e main primary default principal principale haupt hauptnummer preferred recommended optional required best first list all full subscriber de of del di da do du la el le person’s electronico elettronica elettronico elektronische eletronico электронная электронной электронный почты адрес адреса эл cep',
    null,
  ],
  [
    'mobile mobil mobiltelefon mobilnummer mobilephone mobiel mobilni movil celular cellulare cell cellphone cel handy handynummer natel portable gsm komorka komorkowy komorkowe matkapuhelin kannykka мобильный мобильныи мобільний κινητο',
    'mobile',
  ],
  [
    'home private personal privat private prive casa domicile particular personnel personale pessoal thuis prywatny prywatne hem hjem koti domaci ev домашний личный',
    'home',
  ],
  [
    'work business office company organization organisation geschaftlich geschaeftlich dienstlich buro buero firma firmen arbeit trabajo lavoro travail bureau professionnel werk zakelijk praca sluzbowy sluzbowe arbete jobb arbejde tyo prace is рабочий рабочая corporate account corp',
    'work',
  ],
  [
    'other others alternate alternative alternativ alt secondary second additional further zusatzlich weitere weiterer andere anderer sonstige autre otro altro outro overig inny andra annan muu jiny diger другой дополнительный',
    'other',
  ],
  ['direct directdial durchwahl ligne directe directo diretto', 'direct'],
  ['whatsapp', 'whatsapp'],
  ['car', 'car'],
  ['school', 'school'],
]
