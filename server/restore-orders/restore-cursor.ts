/** Where a page of restores goes on, newest first: behind this one. */
import { type Id, isId } from '../runtime/ids.ts'
import type { RestoreOrder } from './restore-order.ts'

export interface RestoreCursor {
  readonly askedAt: number
  readonly restoreId: Id<'rst'>
}

export function encodeRestoreCursor({ askedAt, restoreId }: Pick<RestoreOrder, 'askedAt' | 'restoreId'>): string {
  return `${askedAt}-${restoreId}`
}

/** Undefined: from the beginning, or no such place. */
export function findRestoreCursor(text: string | undefined): RestoreCursor | undefined {
  const [at = '', id = ''] = text?.split('-') ?? []
  return /^\d{1,15}$/.test(at) && isId('rst', id) ? { askedAt: Number(at), restoreId: id } : undefined
}
