/** A question to the log as it stands in an address: days of the reader’s calendar, words of a person. Pure. */
import { z } from 'zod'
import type { Id } from '../runtime/ids.ts'
import { isAuditAction } from './audit.ts'
import type { AuditPlace } from './audit-search-table.ts'
import type { AuditQuestion } from './audit-service.ts'

const maxTextCharacters = 200
const text = z.string().max(maxTextCharacters).default('')

export const auditFilterSchema = z.object({
  person: text,
  action: text,
  object: text,
  customer: text,
  from: text,
  until: text,
})
export type AuditFilter = z.output<typeof auditFilterSchema>

export type ReadQuestion =
  | { readonly kind: 'good'; readonly question: AuditQuestion }
  | { readonly kind: 'wrong'; readonly field: keyof AuditFilter; readonly words: string }

export function readQuestion(
  filter: AuditFilter,
  { customerId, timeZone }: { readonly customerId: Id<'cus'> | undefined; readonly timeZone: string },
): ReadQuestion {
  const { person, object, action } = filter
  if (action !== '' && !isAuditAction(action))
    return { kind: 'wrong', field: 'action', words: 'This is nothing that can be done here.' }
  const from = startOfDay(filter.from, timeZone, 0)
  const until = startOfDay(filter.until, timeZone, 1)
  if (from === 'wrong' || until === 'wrong')
    return { kind: 'wrong', field: from === 'wrong' ? 'from' : 'until', words: 'A day is written as in 2026-03-14.' }
  return {
    kind: 'good',
    question: { customerId, person, object, action: action === '' ? undefined : action, from, until },
  }
}

/** `2026-03-14`: the moment at which that day, or the one so many after it, begins. */
function startOfDay(day: string, timeZone: string, plusDays: number): number | undefined | 'wrong' {
  if (day === '') return undefined
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return 'wrong'
  try {
    return Temporal.PlainDate.from(day, { overflow: 'reject' }).add({ days: plusDays }).toZonedDateTime(timeZone)
      .epochMilliseconds
  } catch {
    return 'wrong'
  }
}

export function placeKey({ at, id }: AuditPlace): string {
  return `${at}-${id}`
}

export function parsePlaceKey(key: string): AuditPlace | undefined {
  const match = /^(\d{1,16})-(\d{1,16})$/.exec(key)
  return match === null ? undefined : { at: Number(match[1]), id: Number(match[2]) }
}
