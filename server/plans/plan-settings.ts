/** Whether owners change their plan themselves, or ask for it. */
import type { Queryable } from '../database/database.ts'
import { findSetting, putSetting } from '../settings/settings-table.ts'

const name = 'plans.owners-change'

export async function mayOwnersChange(db: Queryable): Promise<boolean> {
  return (await findSetting(db, name)) === 'yes'
}

export async function setOwnersChange(db: Queryable, may: boolean, nowMs: number): Promise<void> {
  await putSetting(db, name, may ? 'yes' : 'no', nowMs)
}
