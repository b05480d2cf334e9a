/**
 * Nothing is taken away by rules or by the collector while this is set: since a rebuild, until a person has looked at what it found
 * and says so. What was forgotten by mistake can be forgotten again; what is purged is gone.
 */
import type { Queryable } from '../database/database.ts'
import { findSetting, putSetting, removeSetting } from '../settings/settings-table.ts'

export interface CollectorHold {
  readonly sinceMs: number
}

/** Retention and prune ask before each of their runs, `prune --now` too. */
export async function findCollectorHold(db: Queryable): Promise<CollectorHold | undefined> {
  const value = await findSetting(db, 'collector.held_since')
  return value === undefined ? undefined : { sinceMs: Number(value) }
}

export async function holdCollector(db: Queryable, nowMs: number): Promise<void> {
  await putSetting(db, 'collector.held_since', String(nowMs), nowMs)
}

export async function releaseCollector(db: Queryable): Promise<void> {
  await removeSetting(db, 'collector.held_since')
}
