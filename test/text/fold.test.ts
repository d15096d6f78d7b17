// Folding: over every code point of Unicode, over random texts, and over names as people write them.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FOLD_FACTOR, foldedWords, foldText, nameKey } from '../../src/text/fold'
import { hasEndlessMarks, MAX_MARKS } from '../../src/text/marks'

const all = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code)).filter((char) =>
  char.isWellFormed(),
)
const isAssigned = (char: string) => !/[\p{Cn}\p{Co}]/u.test(char) || /\p{Default_Ignorable_Code_Point}/u.test(char)
const everyChar = all.filter(isAssigned)
const hex = (text: string) => Array.from(text, (char) => char.codePointAt(0)?.toString(16)).join(' ')
const broken = (isRight: (char: string) => boolean) => everyChar.filter((char) => !isRight(char)).map(hex)

// Whatever the forms of normalisation, cases and marks can do to each other.
const unicode = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'aZßſıİςΣéеёйѓўガ゚がｶﾞقأىیקּषक़กำ가각≠=​­‏ ﷺﬀǆ＠🙂’-–\n'),
    fc.constantFrom(...'\u0301\u0308\u0306\u0323\u0345\u0338\u0653\u05b8\u093c\u094d\u3099\u309a\u0e49\u{1133b}\u0300'),
    fc.constantFrom('\ud800', '\udc00', '\0', 'A\u030a', 'o\u0308'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 40,
})

// Most characters are their own form: each text is folded once.
const known = new Map<string, string>()
function foldOnce(text: string): string {
  const folded = known.get(text) ?? foldText(text)
  known.set(text, folded)
  return folded
}

describe('every code point of Unicode', { tags: ['long'] }, () => {
  it('stays itself, where Unicode has given it no meaning', () => {
    const rest = all.filter((char) => !isAssigned(char)).join('')
    expect(foldOnce(rest) === rest).toBe(true)
  })

  it('folds to a text that folds to itself', () => {
    expect(broken((char) => foldOnce(foldOnce(char)) === foldOnce(char))).toEqual([])
  })

  it('folds as its canonical decomposition and composition do, and between letters too', () => {
    const isSame = (char: string) =>
      foldOnce(`a${char}b`) === foldOnce(`a${char.normalize('NFD')}b`) &&
      foldOnce(`a${char}b`) === foldOnce(`a${char.normalize('NFC')}b`)
    expect(broken(isSame)).toEqual([])
  })

  it('folds as its compatible character does, but for accents and quotes that stand alone', () => {
    const standsAlone = /^[\u00b4\u1fbd\u1ffd\u2033\u2036]$/
    const isSame = (char: string) => standsAlone.test(char) || foldOnce(char) === foldOnce(char.normalize('NFKC'))
    expect(broken(isSame)).toEqual([])
  })

  it('folds as its upper and lower case do', () => {
    // U+0345 is a mark whose upper case is a letter of its own.
    const marks = /\u0345/
    const isSame = (char: string) =>
      marks.test(char.normalize('NFKD')) ||
      (foldOnce(char) === foldOnce(char.toUpperCase()) && foldOnce(char) === foldOnce(char.toLowerCase()))
    expect(broken(isSame)).toEqual([])
  })

  it('folds to at most 18 times its length, with no invisible character, and none of white space but the space', () => {
    const isBounded = (char: string) => foldOnce(char).length <= FOLD_FACTOR * char.length
    const isClean = (char: string) => !/[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cs}]|[^\S ]/u.test(foldOnce(char))
    expect(broken((char) => isBounded(char) && isClean(char))).toEqual([])
  })

  it('stays a letter, a digit or a sign, where it is one', () => {
    const isSeen = (char: string) => !/^[\p{L}\p{N}\p{P}\p{Sm}\p{Sc}\p{So}]$/u.test(char) || foldOnce(char) !== ''
    const unseen = /^[\p{Default_Ignorable_Code_Point}\u2800\u0640]$/u
    const isAccentAlone = (char: string) => /^(?: \p{M}+)+$|^\u0640\p{M}+$/u.test(char.normalize('NFKD'))
    expect(broken((char) => unseen.test(char) || isAccentAlone(char) || isSeen(char))).toEqual([])
  })

  it('is read as its own digit, where it is a decimal digit', () => {
    const digits = everyChar.filter((char) => /\p{Nd}/u.test(char))
    const folded = digits.map(foldOnce)
    expect(folded.filter((digit) => !/^[0-9]$/.test(digit))).toEqual([])
    expect(folded.join('')).toBe('0123456789'.repeat(digits.length / 10))
  })

  it('loses its mark only in scripts that leave marks out', () => {
    const optional = /\p{Script=Inherited}|\p{Script=Hebrew}|\p{Script=Arabic}|\p{Script=Syriac}|\p{Script=Greek}/u
    const alphabets = /\p{Script=Cyrillic}|\p{Script=Latin}|\p{Script=Ethiopic}|\p{Script=Coptic}/u
    const marks = everyChar.filter((char) => /(?!\p{Default_Ignorable_Code_Point})\p{M}/u.test(char))
    const lost = marks.filter((mark) => foldOnce(`a${mark}`) === 'a')
    expect(lost.filter((mark) => !optional.test(mark) && !alphabets.test(mark)).map(hex)).toEqual([])
    expect(lost).not.toContain('\u3099')
    expect(lost).toEqual(expect.arrayContaining(['\u0301', '\u05b8', '\u064e', '\u0670', '\u0653', '\u0483', '\u0711']))
  })
})

describe('any text', () => {
  it('folds to a text that folds to itself', () => {
    fc.assert(fc.property(unicode, (text) => foldText(foldText(text)) === foldText(text)))
  })

  it('folds alike in all forms that are canonically the same', () => {
    fc.assert(
      fc.property(unicode, (text) => {
        const whole = text.toWellFormed()
        expect(foldText(whole.normalize('NFD'))).toBe(foldText(text))
        expect(foldText(whole.normalize('NFC'))).toBe(foldText(text))
      }),
    )
  })

  it('grows at most 18-fold, is well-formed, trimmed and has single spaces', () => {
    fc.assert(
      fc.property(unicode, (text) => {
        const folded = foldText(text)
        expect(folded.length).toBeLessThanOrEqual(FOLD_FACTOR * text.toWellFormed().length)
        expect(folded.isWellFormed()).toBe(true)
        expect(folded).toMatch(/^(?:[^\s]+(?: [^\s]+)*)?$/)
      }),
    )
  })

  it('is found by each of its words, however short', () => {
    const words = fc.array(unicode.filter((word) => !/[\s\u0085\u2800]/.test(word) && foldText(word) !== ''))
    fc.assert(
      fc.property(words, (list) => {
        const folded = foldText(list.join(' '))
        for (const word of list) expect(folded).toContain(foldText(`x ${word}`).slice(2))
      }),
    )
  })

  it('of ASCII folds as it does beside any other letter', () => {
    const ascii = fc.string({ unit: 'binary-ascii' })
    fc.assert(fc.property(ascii, (text) => foldText(`ж ${text}`) === `ж ${foldText(text)}`.trim()))
  })

  it('of a long row of marks folds alike in each canonical order, and keeps at most 30 of them', () => {
    const marks = fc.constantFrom(
      ...'\u0301\u0323\u093c\u094d\u3099\u05b8\u0e38\u0e48\u0f71\u0f72\u0f74\uff9e\u064e\u0344\u0bbe',
    )
    const rows = fc.array(marks, { minLength: 5, maxLength: 80 }).map((list) => list.join(''))
    fc.assert(
      fc.property(fc.constantFrom('ǖ', 'か', 'क', '', 'x'), rows, (base, row) => {
        const text = `${base}${row}y`
        const folded = foldText(text)
        expect(foldText(text.normalize('NFD'))).toBe(folded)
        expect(foldText(text.normalize('NFC'))).toBe(folded)
        expect(foldText(folded)).toBe(folded)
        expect(hasEndlessMarks(folded)).toBe(false)
      }),
    )
  })

  it.each([
    ['accents of two classes', '\u0301\u0316'],
    ['kept marks of two classes', '\u0e48\u3099'],
    ['half-width voicing between accents', '\uff9e\u0327'],
    ['invisible characters', '\u034f\u200b'],
    ['lone surrogates', '\udc00\ud800'],
    ['spaces', ' \u00a0'],
    ['the longest expansion', 'ﷺﷺ'],
  ])('of 1 MB of %s is folded', { tags: ['long'] }, (_, pair) => {
    const folded = foldText(`a${pair.repeat(262_144)}b`)
    expect([folded.startsWith('a'), folded.endsWith('b')]).toEqual([true, true])
    expect(folded.length).toBeLessThanOrEqual(FOLD_FACTOR * (2 + 2 * 262_144))
  })

  it('has 30 marks in a row at most that no fold has to cut', () => {
    expect(hasEndlessMarks(`a${'\u0301'.repeat(MAX_MARKS)}`)).toBe(false)
    expect(hasEndlessMarks(`a${'\u0301'.repeat(MAX_MARKS + 1)}`)).toBe(true)
  })
})

describe('what people write for the same', () => {
  it.each([
    ['Vietnamese', 'Nguyễn Đức Thiện', 'nguyen duc thien'],
    ['Polish', 'Łukasz Żółć', 'lukasz zolc'],
    ['Turkish, dotted', 'İSTANBUL', 'istanbul'],
    ['Turkish, dotless', 'IŞIK ışık', 'isik isik'],
    ['Azerbaijani', 'ƏLİYEV Əliyev', 'eliyev eliyev'],
    ['German', 'STRAẞE Straße STRASSE', 'strasse strasse strasse'],
    ['German umlauts', 'Jörg Müller', 'jorg muller'],
    ['Danish', 'Søren Ærø', 'soren aero'],
    ['Swedish', 'Åsa Öberg', 'asa oberg'],
    ['Icelandic', 'Þórður Guðmundsson', 'thordur gudmundsson'],
    ['Faroese', 'Hallgrímur í Túni', 'hallgrimur i tuni'],
    ['Croatian', 'Džemal Đoković', 'dzemal dokovic'],
    ['Croatian, one character', 'ǅemal ǆ Ǆ', 'dzemal dz dz'],
    ['Maltese', 'Ġorġ Ħal Għaxaq', 'gorg hal ghaxaq'],
    ['Czech', 'Dvořák Jiří', 'dvorak jiri'],
    ['Romanian, comma and cedilla', 'Ștefan Ştefan', 'stefan stefan'],
    ['Latvian', 'Ģirts Ķēniņš', 'girts kenins'],
    ['French', 'Cœur Élodie Ÿ', 'coeur elodie y'],
    ['Catalan', 'coŀlegi col·legi', 'col·legi col·legi'],
    ['Portuguese', 'São João', 'sao joao'],
    ['Spanish', 'Íñigo Muñoz', 'inigo munoz'],
    ['Sámi', 'Áŋŋel Ŧ', 'annel t'],
    ['Hausa', 'Ɓauchi Ƙano', 'bauchi kano'],
    ['Ewe', 'Ɖɔ Ɛ', 'do e'],
    ['Greek, tonos and dialytika', 'Ελένη Μαΐου', 'ελενη μαιου'],
    ['Greek, final sigma', 'ΓΙΏΡΓΟΣ Γιώργος', 'γιωργοσ γιωργοσ'],
    ['Greek, polytonic', 'Ἀθῆναι ᾳ', 'αθηναι α'],
    ['Russian ё', 'Семёнов Пётр', 'семенов петр'],
    ['Russian stress', 'за́мок замо́к', 'замок замок'],
    ['Bulgarian stress', 'ѝ Ѐ', 'и е'],
    ['Hebrew points', 'שָׁלוֹם', 'שלום'],
    ['Hebrew presentation forms', 'שּׁלום', 'שלום'],
    ['Yiddish', 'ייִדיש ײִדיש', 'יידיש יידיש'],
    ['Hebrew geresh and gershayim', 'צ׳רלי צה״ל', 'צ\'רלי צה"ל'],
    ['Arabic harakat', 'مُحَمَّد', 'محمد'],
    ['Arabic hamza and madda', 'أحمد إبراهيم آدم', 'احمد ابراهيم ادم'],
    ['Arabic stretched', 'محـــمد', 'محمد'],
    ['Arabic presentation forms', 'ﻣﺤﻤﺪ', 'محمد'],
    ['Persian letters', 'علی کریم', 'علي كريم'],
    ['Persian with a joiner', 'می‌خواهم', 'ميخواهم'],
    ['Japanese, half width', 'ｶﾞﾝﾀﾞﾑ', 'ガンダム'],
    ['Japanese, decomposed', 'カ\u3099', 'ガ'],
    ['Japanese, full width', 'ＡＢＣ　１２３', 'abc 123'],
    ['Japanese, company', '㈱トヨタ', '(株)トヨタ'],
    ['Korean, decomposed', '김민준'.normalize('NFD'), '김민준'],
    ['Korean, fillers', 'ㅤ김\u3164', '김'],
    ['Chinese, compatibility ideographs', '\uf92c\u2f00', '郎一'],
    ['ideographic variants', '葛\u{e0100}城', '葛城'],
    ['Georgian capitals', 'ᲗᲑᲘᲚᲘᲡᲘ', 'თბილისი'],
    ['Armenian ligature', 'և', 'եւ'],
    ['Cherokee', 'Ꭰꭰ', 'ꭰꭰ'],
    ['ligatures', 'ﬁn ﬄ ﬆ', 'fin ffl st'],
    ['long s', 'Waſſer', 'wasser'],
    ['apostrophes', "O’Brien O'Brien O`Brien O´Brien OʼBrien O＇Brien", "o'brien ".repeat(6).trim()],
    ['Ukrainian apostrophes', 'Мар’яна Марʼяна', "мар'яна мар'яна"],
    ['quotes', '“a” „b“ «c» ″d″', '"a" "b" "c" "d"'],
    ['hyphens', 'A‐B A‑B A–B A—B A−B A﹣B A－B A־B', 'a-b '.repeat(8).trim()],
    ['a soft hyphen', 'Mei\u00ader', 'meier'],
    ['spaces', ' Anna \u00a0 Maria\u3000\u2003Eve\t\r\n\u0085x\u2028\u2800', 'anna maria eve x'],
    ['what nobody sees', '\ufeffA\u200bn\u200cn\u200da\u2060\u202e\u061c\0\u007f', 'anna'],
    ['variation selectors', '❤️', '❤'],
    ['digits', '٠١٢ ۳۴ ५६ 𝟕𝟖 ９', '012 34 56 78 9'],
    ['numbers and units', 'Nº 5 №6 ½ ² ㎏', 'no 5 no6 1/2 2 kg'],
    ['lone surrogates', 'a\ud800b', 'a\ufffdb'],
  ])('%s', (_, written, folded) => expect(foldText(written)).toBe(folded))
})

describe('what is not the same', () => {
  it.each([
    ['Japanese voicing', 'パリ', 'バリ'],
    ['Japanese voicing', 'ガ', 'カ'],
    ['Japanese voicing, half width', 'ﾊﾟﾘ', 'ﾊﾘ'],
    ['Japanese length', 'ビル', 'ビール'],
    ['Japanese small letters', 'きって', 'きつて'],
    ['Hiragana and katakana', 'さくら', 'サクラ'],
    ['Russian й', 'мой', 'мои'],
    ['Ukrainian ї', 'Київ', 'Киів'],
    ['Ukrainian ґ', 'ґрати', 'грати'],
    ['Belarusian ў', 'ў', 'у'],
    ['Macedonian ѓ', 'ѓ', 'г'],
    ['Hindi vowels', 'कि', 'की'],
    ['Hindi vowels', 'राम', 'रम'],
    ['Hindi nukta', 'ज़', 'ज'],
    ['Hindi anusvara', 'अंक', 'अक'],
    ['Tamil virama', 'க்', 'க'],
    ['Bengali vowels', 'কো', 'ক'],
    ['Thai vowels', 'ปิ', 'ปี'],
    ['Thai tones', 'ใกล้', 'ใกล'],
    ['Lao', 'ກິ', 'ກີ'],
    ['Khmer', 'កា', 'កិ'],
    ['Burmese', 'မာ', 'မိ'],
    ['Thaana', 'މަ', 'މި'],
    ['Hangul', '각', '가'],
    ['Arabic dots', 'ب', 'ت'],
    ['Arabic final letters', 'ة', 'ه'],
    ['Hebrew letters', 'ב', 'כ'],
    ['signs', '≠', '='],
    ['signs', 'C++', 'C#'],
    ['emoji', '👍🏽', '👍🏿'],
    ['umlauts spelt out', 'Müller', 'Mueller'],
  ])('%s: %s, %s', (_, one, other) => {
    expect(foldText(one)).not.toBe(foldText(other))
    expect(foldText(one.normalize('NFD'))).not.toBe(foldText(other.normalize('NFD')))
  })
})

describe('words and names', () => {
  it('splits folded words at all that is no letter, mark or digit', () => {
    expect(foldedWords('Łódź—Śródmieście, O’Neill 2×3')).toEqual(['lodz', 'srodmiescie', 'o', 'neill', '2', '3'])
    expect(foldedWords('हिन्दी भाषा')).toEqual(['हिन्दी', 'भाषा'])
    expect(foldedWords('¡…!')).toEqual([])
  })

  it('knows a name by its letters and digits, and a name of signs by them', () => {
    const same = ['Anna-Maria O’Brien', 'Anna Maria OBrien', 'ANNA MARIA O.BRIEN', 'Änna–Maria  O´Brien']
    expect(new Set(same.map(nameKey))).toEqual(new Set(['annamariaobrien']))
    expect(nameKey('+++')).toBe('+++')
    expect(nameKey('パリ')).not.toBe(nameKey('バリ'))
  })
})
