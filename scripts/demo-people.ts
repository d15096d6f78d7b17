// People for the demo data, from many places. Every e-mail address ends in a reserved domain, and every
// telephone number is of a range that its country keeps for fiction, so that none of them reaches anybody.
import type { Random } from './demo-random.ts'

type Culture = { language: string; given: string; family: string; familyFirst?: string; phones: string[] }
type Called = { culture: Culture; given: string; family: string; name: string }
export type DemoPerson = { name: string; email: string; phone: string | null; language: string }

// Given and family names; where the script is not Latin, with the spelling that goes into an e-mail address.
const CULTURES: Culture[] = [
  {
    language: 'en',
    given: 'Amelia Oliver Priya Callum Grace Imran Harriet Desmond',
    family: 'Ashworth Okonkwo Patel MacLeod Whitfield Hussain Pemberton Nkemelu',
    phones: ['020 7946 0###', '+44 161 496 0###', '+44 7700 900###', '0113 496 0###'],
  },
  {
    language: 'en',
    given: 'Madison Tyrone Abigail Mateo Hannah Jamal Savannah Wyatt',
    family: 'Brooks Castillo Goldberg Washington Nguyen Kowalski Begay O’Donnell',
    phones: ['+1 212-555-01##', '+1 (415) 555-01##', '+1 617 555 01##', '+1 312.555.01##'],
  },
  {
    language: 'de',
    given: 'Jürgen Käthe Björn Anneliese Götz Çağla Sören Mareike',
    family: 'Müller Weiß Großmann Schröder Yıldız Jäger Köhler Fröhlich',
    phones: ['+49 30 23125 ###', '+49 30/23125###', '0049 40 66969 ###', '+49 (0)221 4710 ###'],
  },
  {
    language: 'fr',
    given: 'Zoë François Hélène Loïc Océane Aïssatou Jérôme Noël',
    family: 'Lefèvre Garçon Benoît D’Aubigné Traoré Étienne Bœuf Chevalier',
    phones: ['+33 1 99 00 ## ##', '+33 6 39 98 ## ##', '0033 4 65 71 ## ##'],
  },
  {
    language: 'es',
    given: 'Íñigo Lucía Andrés Begoña Joaquín Ximena Inés Ángel',
    family: 'Núñez Ibáñez García Muñoz Etxeberría Gutiérrez Peñalver Solís',
    phones: ['+1 305-555-01##', '+1 (787) 555-01##', '+44 20 7946 0###'],
  },
  {
    language: 'en',
    given: 'Åsa Øystein Björk Lærke Søren Ylva Þór Märta',
    family: 'Ångström Sørensen Guðmundsdóttir Lindström Bjørnstad Håkansson Nyström Ægisson',
    phones: ['+46 8 465 004 ##', '+46 8-465 004 ##', '+46 31 390 06 ##'],
  },
  {
    language: 'en',
    given: 'Łukasz Zdeněk Małgorzata Jiří Željka Ştefan Gergő Agnieszka',
    family: 'Wójcik Dvořák Žižek Kovács Šimić Nowak Țurcanu Błaszczyk',
    phones: ['+49 69 90009 ###', '+44 7700 900###', '+33 6 39 98 ## ##'],
  },
  {
    language: 'pt',
    given: 'João Conceição Thaís Estêvão Luísa Cauê Antônio Mônica',
    family: 'Magalhães Gonçalves Araújo Simões Brandão Falcão Conceição Leitão',
    phones: ['+1 617 555 01##', '+353 20 91# ####'],
  },
  {
    language: 'en',
    given: 'Siobhán Caoimhe Oisín Gráinne Pádraig Niamh Séamus Róisín',
    family: 'Ní Bhraonáin,Ó Súilleabháin,Byrne,Mac Cárthaigh,Gallagher,Ó Briain,Doyle,Kavanagh',
    phones: ['+353 20 91# ####', '+353 (20) 91# ####'],
  },
  {
    language: 'ja',
    given: '美咲:Misaki 健太:Kenta さくら:Sakura 大輔:Daisuke 由美子:Yumiko 翔:Sho',
    family: '佐藤:Sato 渡辺:Watanabe 髙橋:Takahashi 小林:Kobayashi 伊藤:Ito 山口:Yamaguchi',
    familyFirst: ' ',
    phones: ['+1 415-555-01##', '+61 2 5550 ####', '+44 20 7946 0###'],
  },
  {
    language: 'zh',
    given: '伟:Wei 芳:Fang 丽娟:Lijuan 建国:Jianguo 晓明:Xiaoming 静:Jing',
    family: '王:Wang 李:Li 欧阳:Ouyang 张:Zhang 陈:Chen 赵:Zhao',
    familyFirst: '',
    phones: ['+61 3 5550 ####', '+1 212-555-01##'],
  },
  {
    language: 'en',
    given: '민준:Minjun 서연:Seoyeon 지훈:Jihoon 하은:Haeun',
    family: '김:Kim 이:Lee 박:Park 최:Choi',
    familyFirst: '',
    phones: ['+61 7 7010 ####', '+1 312-555-01##'],
  },
  {
    language: 'en',
    given: 'Олена:Olena Дмитро:Dmytro Катерина:Kateryna Тарас:Taras',
    family: 'Шевченко:Shevchenko Коваль:Koval Бондаренко:Bondarenko Мельник:Melnyk',
    phones: ['+49 89 99998 ###', '+33 1 99 00 ## ##'],
  },
  {
    language: 'en',
    given: 'Ελένη:Eleni Γιώργος:Giorgos Δήμητρα:Dimitra Νίκος:Nikos',
    family: 'Παπαδάκη:Papadaki Γεωργίου:Georgiou Αλεξίου:Alexiou',
    phones: ['+44 20 7946 0###', '+61 3 7010 ####'],
  },
  {
    language: 'en',
    given: 'ليلى:Layla يوسف:Youssef مريم:Maryam كريم:Karim',
    family: 'حداد:Haddad منصور:Mansour السيد:Al-Sayed رحيمي:Rahimi',
    phones: ['+44 131 496 0###', '+33 6 39 98 ## ##'],
  },
  {
    language: 'en',
    given: 'Noa Aviv Tariq Shirin Adaeze Kwame',
    family: 'Mizrahi Ben-David Rahimi Al-Amin Eze Mensah',
    phones: ['+1 617-555-01##', '029 2018 0###'],
  },
]

const MAIL = ['example.com', 'example.org', 'example.net', 'mail.example', 'post.example']

const split = (names: string) => names.split(names.includes(',') ? ',' : ' ')
const shown = (name: string) => name.split(':').at(0) ?? name
const spelled = (name: string) => name.split(':').at(-1) ?? name

const LETTERS: Record<string, string> = { ß: 'ss', ø: 'o', æ: 'ae', œ: 'oe', ł: 'l', ð: 'd', þ: 'th', ı: 'i' }
const plain = (name: string) =>
  spelled(name)
    .toLowerCase()
    .replace(/[ßøæœłðþı]/g, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFKD')
    .replace(/[^a-z]/g, '')

/** Gives one person after the other, no two with the same address or number, few with the same name. */
export function createPeople(random: Random) {
  const taken = new Set<string>()

  function called(tries: number): Called {
    const culture = random.pick(CULTURES)
    const [given, family] = [random.pick(split(culture.given)), random.pick(split(culture.family))]
    const { familyFirst } = culture
    const name =
      familyFirst === undefined ? `${shown(given)} ${shown(family)}` : `${shown(family)}${familyFirst}${shown(given)}`
    if (taken.has(name) && tries > 0) return called(tries - 1)
    taken.add(name)
    return { culture, given, family, name }
  }

  function numberOf(culture: Culture): string {
    const phone = random.pick(culture.phones).replace(/#/g, () => String(random.whole(0, 9)))
    const digits = phone.replace(/\D/g, '').slice(-10)
    if (taken.has(digits)) return numberOf(culture)
    taken.add(digits)
    return phone
  }

  return function person(): DemoPerson {
    const { culture, given, family, name } = called(50)
    const box = random.pick([`${plain(given)}.${plain(family)}`, `${plain(given)[0]}${plain(family)}`, plain(given)])
    const domain = random.pick(MAIL)
    let email = `${box}@${domain}`
    for (let n = 2; taken.has(email); n += 1) email = `${box}${n}@${domain}`
    taken.add(email)
    const phone = numberOf(culture)
    return { name, email, phone: random.chance(0.75) ? phone : null, language: culture.language }
  }
}
