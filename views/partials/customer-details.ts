import { html } from 'hono/html'
import type { Html } from '../html.ts'
import type { Reader } from '../reader.ts'
import { countryName, customerFieldWords, languageName } from './customer-fields.ts'
import { type Fact, facts } from './facts.ts'

export type CustomerDetailsProps = {
  readonly name: string
  readonly contact: string
  readonly street: string
  readonly postcode: string
  readonly city: string
  readonly country: string
  readonly taxId: string
  readonly phone: string
  readonly email: string
  readonly language: string
  readonly timeZone: string
}

/** What is written down of a customer, without what nobody has said. */
export function customerDetails(reader: Reader, details: CustomerDetailsProps): Html {
  const { name, contact, email, phone, taxId, timeZone } = details
  const rows: readonly (readonly [string, Html | string])[] = [
    [customerFieldWords.name, name],
    [customerFieldWords.contact, contact],
    [customerFieldWords.email, email],
    [customerFieldWords.phone, phone],
    ['Address', addressText(reader, details)],
    [customerFieldWords.taxId, taxId],
    [customerFieldWords.language, languageName(reader, details.language)],
    [customerFieldWords.timeZone, timeZone.replaceAll('_', ' ')],
  ]
  const said = rows.filter(([, value]) => value !== '')
  return facts(said.map(([label, value]): Fact => ({ label, value: html`<bdi>${value}</bdi>`, valueClass: 'name' })))
}

function addressText(reader: Reader, { street, postcode, city, country }: CustomerDetailsProps): string {
  const town = [postcode, city].filter((part) => part !== '').join(' ')
  return [street, town, countryName(reader, country)].filter((part) => part !== '').join(', ')
}
