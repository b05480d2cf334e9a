import { html } from 'hono/html'
import type { Html } from '../html.ts'
import type { Reader } from '../reader.ts'

/** What stands in the fields: what is written down, or what was typed. */
export type CustomerFieldsProps = {
  readonly values: Readonly<Record<CustomerField, string>>
  readonly problems: Readonly<Partial<Record<CustomerField, string>>>
  readonly countries: readonly string[]
  readonly timeZones: readonly string[]
  /** Notes are the staff's own. */
  readonly hasNotes: boolean
}

export type CustomerField =
  | 'name'
  | 'contact'
  | 'street'
  | 'postcode'
  | 'city'
  | 'country'
  | 'taxId'
  | 'phone'
  | 'email'
  | 'language'
  | 'timeZone'
  | 'notes'

export const customerFieldWords: Readonly<Record<CustomerField, string>> = {
  name: 'Company',
  contact: 'Contact person',
  street: 'Street and number',
  postcode: 'Postcode',
  city: 'City',
  country: 'Country',
  taxId: 'Tax id',
  phone: 'Telephone',
  email: 'Mail address',
  language: 'Language',
  timeZone: 'Time zone',
  notes: 'Notes',
}

/** Where a browser may fill in what it knows. */
const autocomplete: Readonly<Partial<Record<CustomerField, string>>> = {
  name: 'organization',
  street: 'street-address',
  postcode: 'postal-code',
  city: 'address-level2',
  country: 'country',
  phone: 'tel',
  email: 'email',
}

const languages =
  'bg cs da de el en es et fi fr ga hr hu is it ja ko lt lv mt nb nl pl pt pt-BR ro ru sk sl sr sv tr uk vi zh'.split(' ')

/** All that can be written down of a customer: who, where, how to reach them. Only the name must be given. */
export function customerFields(reader: Reader, props: CustomerFieldsProps): Html {
  return html`<fieldset class="part fields"><legend><h2>Who</h2></legend>
          ${text(props, 'name')}${text(props, 'contact')}${text(props, 'email', 'email')}${text(props, 'phone', 'tel')}
        </fieldset>
        <fieldset class="part fields"><legend><h2>Where</h2></legend>
          ${text(props, 'street')}${text(props, 'postcode')}${text(props, 'city')}${choice(props, 'country', countryOptions(reader, props.countries))}${text(props, 'taxId')}
        </fieldset>
        <fieldset class="part fields"><legend><h2>How to speak to them</h2></legend>
          ${choice(props, 'language', languageOptions(reader, props.values.language))}${choice(
            props,
            'timeZone',
            props.timeZones.map((zone) => [zone, zone.replaceAll('_', ' ')]),
          )}
          ${props.hasNotes ? notes(props) : ''}
        </fieldset>`
}

function text(props: CustomerFieldsProps, field: CustomerField, type: 'text' | 'email' | 'tel' = 'text'): Html {
  const fill = autocomplete[field] === undefined ? '' : html` autocomplete="${autocomplete[field]}"`
  return html`<div class="field"><label for="${field}">${customerFieldWords[field]}</label><input id="${field}" name="${field}" type="${type}"${field === 'name' ? html` required` : ''} value="${props.values[field]}"${fill}${wrong(props, field)}>${said(props, field)}</div>`
}

function choice(props: CustomerFieldsProps, field: CustomerField, options: readonly (readonly [string, string])[]): Html {
  const chosen = props.values[field]
  const all = chosen === '' || options.some(([value]) => value === chosen) ? options : [...options, [chosen, chosen] as const]
  return html`<div class="field"><label for="${field}">${customerFieldWords[field]}</label><select id="${field}" name="${field}"${wrong(props, field)}><option value="">Not said</option>${all.map(
    ([value, words]) => html`<option value="${value}"${value === chosen ? html` selected` : ''}>${words}</option>`,
  )}</select>${said(props, field)}</div>`
}

function notes(props: CustomerFieldsProps): Html {
  return html`<div class="field"><label for="notes">${customerFieldWords.notes}</label><textarea id="notes" name="notes" rows="5" maxlength="4000" aria-describedby="notes-hint"${props.problems.notes === undefined ? '' : html` aria-invalid="true"`}>
${props.values.notes}</textarea><p class="hint" id="notes-hint">Only the box’s own people read them.</p>${said(props, 'notes')}</div>`
}

function wrong({ problems }: CustomerFieldsProps, field: CustomerField): Html | string {
  return problems[field] === undefined ? '' : html` aria-invalid="true" aria-describedby="${field}-problem"`
}

function said({ problems }: CustomerFieldsProps, field: CustomerField): Html | string {
  return problems[field] === undefined ? '' : html`<p class="wrong" id="${field}-problem">${problems[field]}</p>`
}

function countryOptions(reader: Reader, codes: readonly string[]): readonly (readonly [string, string])[] {
  const named = codes.map((code) => [code, countryName(reader, code)] as const)
  return named.sort((one, other) => one[1].localeCompare(other[1], reader.locale))
}

export function countryName(reader: Reader, code: string): string {
  return code === '' ? '' : (new Intl.DisplayNames(reader.locale, { type: 'region' }).of(code) ?? code)
}

function languageOptions(reader: Reader, chosen: string): readonly (readonly [string, string])[] {
  const codes = chosen === '' || languages.includes(chosen) ? languages : [...languages, chosen]
  return codes.map((code) => [code, languageName(reader, code)] as const).sort((one, other) => one[1].localeCompare(other[1]))
}

export function languageName(reader: Reader, code: string): string {
  return code === '' ? '' : (new Intl.DisplayNames(reader.locale, { type: 'language' }).of(code) ?? code)
}
