/**
 * What is written down of a customer besides its name, and what may be written there. Everything is optional: an empty text is what
 * nobody has said yet. HTML is just text; characters that break lines or read as others are refused. Pure.
 */

import { foldText, parseDisplayText } from '../text/display-text.ts'
import { findEmail } from '../users/user.ts'

export const detailFields = [
  'contact',
  'street',
  'postcode',
  'city',
  'country',
  'taxId',
  'phone',
  'email',
  'language',
  'timeZone',
  'notes',
] as const
export type DetailField = (typeof detailFields)[number]
export type CustomerDetails = Readonly<Record<DetailField, string>>

/** What an owner may change; notes are the staff's own. */
export const ownerFields = detailFields.filter((field) => field !== 'notes')

export const noDetails: CustomerDetails = {
  ...{ contact: '', street: '', postcode: '', city: '', country: '', taxId: '' },
  ...{ phone: '', email: '', language: '', timeZone: '', notes: '' },
}

export const maxDetailCharacters: Readonly<Record<DetailField, number>> = {
  contact: 200,
  street: 200,
  postcode: 32,
  city: 100,
  country: 2,
  taxId: 64,
  phone: 64,
  email: 254,
  language: 35,
  timeZone: 64,
  notes: 4000,
}

type Parse = (text: string) => string | undefined
type Rule = { readonly parse: Parse; readonly wants: string }

const line = (field: DetailField): Rule => {
  const maxCharacters = maxDetailCharacters[field]
  return {
    parse: (text) => parseDisplayText(text, { maxCharacters }),
    wants: `At most ${maxCharacters} characters, all on one line.`,
  }
}

const rules: Readonly<Record<DetailField, Rule>> = {
  contact: line('contact'),
  street: line('street'),
  postcode: line('postcode'),
  city: line('city'),
  country: { parse: parseCountry, wants: 'Two letters that name a country, as in DE.' },
  taxId: line('taxId'),
  phone: { parse: parsePhone, wants: `A telephone number of at most ${maxDetailCharacters.phone} characters.` },
  email: { parse: (text) => findEmail(text)?.address, wants: 'A mail address such as helen@office.example.' },
  language: { parse: parseLanguage, wants: 'A language such as en or de.' },
  timeZone: { parse: parseTimeZone, wants: 'A time zone such as Europe/Berlin.' },
  notes: { parse: parseNotes, wants: `At most ${maxDetailCharacters.notes} characters of plain text.` },
}

/** As they were typed; what is not given is not touched. */
export type GivenDetails = Readonly<Partial<Record<DetailField, string | undefined>>>

export type DetailProblems = Readonly<Partial<Record<DetailField, string>>>
export type ParsedDetails =
  | { readonly kind: 'good'; readonly details: Partial<CustomerDetails> }
  | { readonly kind: 'wrong'; readonly problems: DetailProblems }

/** Fields that are not given are not touched; one that is given empty becomes empty. */
export function parseDetails(given: GivenDetails): ParsedDetails {
  const details: Partial<Record<DetailField, string>> = {}
  const problems: Partial<Record<DetailField, string>> = {}
  for (const field of detailFields) {
    const text = given[field]
    if (text === undefined) continue
    const parsed = text.trim() === '' ? '' : rules[field].parse(text)
    if (parsed === undefined) problems[field] = rules[field].wants
    else details[field] = parsed
  }
  return Object.keys(problems).length > 0 ? { kind: 'wrong', problems } : { kind: 'good', details }
}

/** By what a customer is found: one line per thing, so that nothing matches across two. */
export function searchTextOf({
  name,
  contact,
  email,
  city,
}: { readonly name: string } & Pick<CustomerDetails, 'contact' | 'email' | 'city'>): string {
  return [name, contact, email, city]
    .filter((text) => text !== '')
    .map(foldText)
    .join('\n')
}

/** ISO 3166-1 alpha-2. */
const countries =
  'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW'
export const countryCodes: readonly string[] = countries.split(' ')

function parseCountry(text: string): string | undefined {
  const code = text.trim().toUpperCase()
  return countryCodes.includes(code) ? code : undefined
}

function parsePhone(text: string): string | undefined {
  const phone = parseDisplayText(text, { maxCharacters: maxDetailCharacters.phone })
  return phone !== undefined && /\d/.test(phone) ? phone : undefined
}

function parseLanguage(text: string): string | undefined {
  if (text.length > maxDetailCharacters.language) return undefined
  try {
    return new Intl.Locale(text.trim()).toString()
  } catch {
    return undefined
  }
}

function parseTimeZone(text: string): string | undefined {
  if (text.length > maxDetailCharacters.timeZone) return undefined
  try {
    const zone = text.trim()
    // An offset such as +02:00 knows no summer time.
    return /^[+-]/.test(zone) ? undefined : new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

/** The only text of several lines. */
function parseNotes(text: string): string | undefined {
  const lines = text.replaceAll(/\r\n?/g, '\n').trim().split('\n')
  if (lines.length > maxNoteLines) return undefined
  const parsed = lines.map((one) =>
    one.trim() === '' ? '' : parseDisplayText(one.replaceAll('\t', ' '), { maxCharacters: maxDetailCharacters.notes }),
  )
  if (parsed.includes(undefined)) return undefined
  const notes = parsed.join('\n')
  return [...notes].length > maxDetailCharacters.notes ? undefined : notes
}

const maxNoteLines = 500
