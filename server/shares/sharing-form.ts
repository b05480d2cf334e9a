/** The forms of the Sharing pages, read and shown again. Pure but for reading. */
import { z } from 'zod'
import type { ShareFieldsProps } from '../../views/partials/share-fields.ts'
import { shareLimits } from './share.ts'
import { ShareError } from './share-error.ts'
import { dayChoices, presetDays, type ShareRules } from './share-rules.ts'

const text = z.string().max(16_000).default('')
const wish = { title: text, message: text, note: text, password: text, days: text }

export const newShareForm = z.object({
  ...wish,
  version: z.string().max(64),
  path: z
    .union([z.array(z.string()), z.string()])
    .default([])
    .transform((path) => (Array.isArray(path) ? path : [path])),
  downloads: text,
})
export const askForm = z.object({ ...wish, size: text, files: text })
export const changeForm = z.object({
  note: text,
  days: text,
  downloads: text,
  password: text,
  'no-password': z.string().optional(),
})

/** What 500 paths and the words around them may take. */
export const maxShareFormBytes = 4 * shareLimits.pathsCharacters

export type TypedShare = Pick<z.output<typeof askForm>, keyof typeof wish>

/** Nothing typed: undefined; anything but a whole number: what no limit lets pass. */
export function numberTyped(typed: string): number | undefined {
  const trimmed = typed.trim()
  if (trimmed === '') return undefined
  return /^\d{1,15}$/.test(trimmed) ? Number(trimmed) : Number.NaN
}

const GiB = 1024 ** 3

/** `2.5` GiB as bytes. */
export function gibTyped(typed: string): number {
  const match = /^\d{1,6}(?:[.,]\d{1,3})?$/.exec(typed.trim())
  return match === null ? Number.NaN : Math.round(Number(typed.trim().replace(',', '.')) * GiB)
}

/** As it is typed: `2.5`. */
export function gibText(bytes: number): string {
  return String(Math.round((bytes / GiB) * 1000) / 1000)
}

export function fieldsProps(rules: ShareRules, typed: Partial<TypedShare>, error: ShareError | undefined): ShareFieldsProps {
  return {
    title: typed.title ?? '',
    message: typed.message ?? '',
    note: typed.note ?? '',
    days: typed.days ?? String(presetDays(rules)),
    dayChoices: dayChoices(rules),
    isPasswordNeeded: rules.isPasswordNeeded,
    problem: error && { field: error.field, words: error.message },
  }
}

/** What the form of a link asks for its password: undefined is as it is, empty is none any more. Throws ShareError `invalid`. */
export function passwordWanted(form: {
  readonly password: string
  readonly 'no-password'?: string | undefined
}): string | undefined {
  if (form['no-password'] === undefined) return form.password === '' ? undefined : form.password
  if (form.password === '') return ''
  throw new ShareError('invalid', 'Either type a new password, or say that there is none any more.', { field: 'password' })
}
