// Words of the demo data: courses, companies, and enquiries in several languages.
import type { Random } from './demo-random.ts'

export const COURSES = [
  'React development',
  'Data analysis with Python',
  'UX research',
  'Cloud operations',
  'SQL for analysts',
  'Accessible web design',
  'Project management',
  'Security fundamentals',
  'Machine learning, part-time',
  'Technical writing',
  'Public speaking',
  'Business English B2',
]

export const COMPANIES = [
  'Fjordlys Energi AS',
  'Bäckerei Sonnenschein GmbH',
  'Maison Lefèvre & Filles',
  'さくら設計株式会社',
  'Harbour & Sons Ltd',
  'Núñez Logística, S.L.',
  'Żubr Software sp. z o.o.',
  'Blue Heron Analytics, Inc.',
  'Círculo Editorial',
  '青山咨询有限公司',
  'Kavanagh’s Print Works',
  'Tidewater Health Trust',
]

export const TEAM_SOURCES = ['referral', 'trade fair', 'phone', 'newsletter', 'partner', 'website']

export const TEAM_TITLES: ((course: string, company: string) => string)[] = [
  (course, company) => `${course} for a team at ${company}`,
  (_course, company) => `In-house workshop, ${company}`,
  (course) => `${course}: asked on the phone`,
  (course) => `${course}, spring intake`,
  (_course, company) => `Framework contract ${company}`,
]

export const NOTES = [
  'Met at the autumn fair; wants a quote for eight seats.',
  'Prefers evenings. Employer pays half.',
  'Knows two of our graduates, asked for the syllabus.',
  'Budget is decided in January; call back then.',
  null,
  null,
]

type Enquiry = (course: string) => string

const ENGLISH: Enquiry[] = [
  (course) => `When does the next course on ${course} start, and is there still a seat?`,
  (course) => `I work full time. Can ${course} be taken in the evening?`,
  () => 'Do you offer instalments? My employer’s budget is for next year.',
  (course) => `We are a team of five; what would ${course} cost for all of us?`,
  () => 'Is there a certificate at the end?\nAnd do you run courses online?',
]

const ENQUIRIES: Record<string, Enquiry[]> = {
  en: ENGLISH,
  de: [
    (course) => `Guten Tag, wann beginnt der nächste Kurs „${course}“? Schöne Grüße`,
    () => 'Übernimmt die Arbeitsagentur die Gebühren? Ich hätte gern ein Angebot.',
  ],
  fr: [
    (course) => `Bonjour, la formation « ${course} » est-elle finançable par mon employeur ?`,
    () => 'Pourriez-vous m’envoyer le programme détaillé ? Merci d’avance.',
  ],
  es: [
    (course) => `Hola, ¿cuándo empieza «${course}»? ¿Quedan plazas?`,
    () => '¿Se puede pagar a plazos? Muchas gracias.',
  ],
  pt: [(course) => `Olá! O curso “${course}” tem turma à noite?`],
  ja: [
    (course) => `「${course}」の次回の開講日を教えてください。`,
    () => 'オンラインでの受講は可能でしょうか。よろしくお願いいたします。',
  ],
  zh: [(course) => `请问“${course}”什么时候开课？可以在线上课吗？`],
}

export function enquiryText(random: Random, language: string, course: string) {
  return random.pick(ENQUIRIES[language] ?? ENGLISH)(course)
}
