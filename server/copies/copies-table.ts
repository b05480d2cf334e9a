/** The second copies that administrators have set up, and how their last run went. */
import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { Copy, CopyAddress, CopyOutcome, CopyRunResult, CopySettings } from './copy.ts'
import { isCopyInterval } from './copy-schedule.ts'

export interface CopyRow {
  readonly id: Id<'cpy'>
  readonly name: string
  /** JSON of a CopyAddress. */
  readonly place: string
  readonly place_uid: Buffer
  readonly is_paused: number
  readonly every_hours: number
  readonly at_hour: number | null
  readonly limit_bytes_per_second: number | null
  readonly created_at: number
}

export interface CopyProgressRow {
  readonly copy_id: Id<'cpy'>
  readonly started_at: number | null
  readonly ended_at: number | null
  readonly outcome: CopyOutcome | null
  readonly result: string | null
  readonly listed_at: number | null
  readonly read_repository: Buffer | null
  readonly read_pack: Buffer | null
  readonly read_round_began_at: number | null
  readonly read_all_at: number | null
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly copies: CopyRow
    readonly copy_progress: CopyProgressRow
  }
}

/** More places than an office has; all of them are read at once. */
export const copiesMax = 20

export async function insertCopy(tx: Transaction, copy: Copy): Promise<void> {
  await tx
    .insertInto('copies')
    .values({
      id: copy.copyId,
      place: JSON.stringify(copy.address),
      place_uid: copy.placeUid,
      created_at: copy.createdAt,
      ...settingsRow(copy),
    })
    .execute()
}

export async function listCopies(db: Queryable): Promise<readonly Copy[]> {
  const rows = await db.selectFrom('copies').selectAll().orderBy('created_at').orderBy('id').limit(copiesMax).execute()
  return rows.map(toCopy)
}

export async function findCopy(db: Queryable, copyId: Id<'cpy'>): Promise<Copy | undefined> {
  const row = await db.selectFrom('copies').selectAll().where('id', '=', copyId).executeTakeFirst()
  return row && toCopy(row)
}

export async function changeCopy(db: Queryable, copyId: Id<'cpy'>, settings: CopySettings): Promise<void> {
  await db.updateTable('copies').set(settingsRow(settings)).where('id', '=', copyId).execute()
}

/** What is known of the place goes with it; the place itself stays as it is. */
export async function deleteCopy(tx: Transaction, copyId: Id<'cpy'>): Promise<void> {
  for (const name of ['copied_packs', 'copied_files', 'copied_repositories', 'copy_progress'] as const)
    await tx.deleteFrom(name).where('copy_id', '=', copyId).execute()
  await tx.deleteFrom('copies').where('id', '=', copyId).execute()
}

export interface CopyHistory {
  readonly startedAt: number | undefined
  readonly endedAt: number | undefined
  readonly result: CopyRunResult | undefined
  /** When the files of the place were compared with what the box knows of them. */
  readonly listedAt: number | undefined
  readonly cursor: ReadBackCursor
  /** When every byte had been read back since a round began. */
  readonly readAllAt: number | undefined
}

/** Up to where packs were read back; both undefined at the beginning of a round. */
export interface ReadBackCursor {
  readonly repository: Buffer | undefined
  readonly pack: Buffer | undefined
  readonly roundBeganAt: number | undefined
}

export async function findHistory(db: Queryable, copyId: Id<'cpy'>): Promise<CopyHistory> {
  const row = await db.selectFrom('copy_progress').selectAll().where('copy_id', '=', copyId).executeTakeFirst()
  return {
    startedAt: row?.started_at ?? undefined,
    endedAt: row?.ended_at ?? undefined,
    result: row?.result ? (JSON.parse(row.result) as CopyRunResult) : undefined,
    listedAt: row?.listed_at ?? undefined,
    cursor: {
      repository: row?.read_repository ?? undefined,
      pack: row?.read_pack ?? undefined,
      roundBeganAt: row?.read_round_began_at ?? undefined,
    },
    readAllAt: row?.read_all_at ?? undefined,
  }
}

export async function noteStarted(db: Queryable, copyId: Id<'cpy'>, startedAt: number): Promise<void> {
  await saveProgress(db, copyId, { started_at: startedAt, ended_at: null, outcome: null })
}

const resultMaxCharacters = 8000

export async function noteEnded(db: Queryable, copyId: Id<'cpy'>, endedAt: number, result: CopyRunResult): Promise<void> {
  const text = JSON.stringify(result)
  if (text.length > resultMaxCharacters) throw new RangeError(`the result of a copy has ${text.length} characters`)
  await saveProgress(db, copyId, { ended_at: endedAt, outcome: result.outcome, result: text })
}

export async function noteListed(db: Queryable, copyId: Id<'cpy'>, listedAt: number | null): Promise<void> {
  await saveProgress(db, copyId, { listed_at: listedAt })
}

export async function saveCursor(
  db: Queryable,
  copyId: Id<'cpy'>,
  { cursor, readAllAt }: Pick<CopyHistory, 'cursor' | 'readAllAt'>,
): Promise<void> {
  await saveProgress(db, copyId, {
    read_repository: cursor.repository ?? null,
    read_pack: cursor.pack ?? null,
    read_round_began_at: cursor.roundBeganAt ?? null,
    read_all_at: readAllAt ?? null,
  })
}

async function saveProgress(db: Queryable, copyId: Id<'cpy'>, change: Partial<Omit<CopyProgressRow, 'copy_id'>>): Promise<void> {
  const empty = {
    started_at: null,
    ended_at: null,
    outcome: null,
    result: null,
    listed_at: null,
    read_repository: null,
    read_pack: null,
    read_round_began_at: null,
    read_all_at: null,
  }
  await db
    .insertInto('copy_progress')
    .values({ copy_id: copyId, ...empty, ...change })
    .onDuplicateKeyUpdate(change)
    .execute()
}

function settingsRow({ name, schedule, limitBytesPerSecond, isPaused }: CopySettings) {
  return {
    name,
    is_paused: isPaused ? 1 : 0,
    every_hours: schedule.everyHours,
    at_hour: schedule.atHour ?? null,
    limit_bytes_per_second: limitBytesPerSecond ?? null,
  }
}

function toCopy(row: CopyRow): Copy {
  const everyHours = isCopyInterval(row.every_hours) ? row.every_hours : 24
  return {
    copyId: row.id,
    name: row.name,
    address: JSON.parse(row.place) as CopyAddress,
    placeUid: row.place_uid,
    isPaused: row.is_paused === 1,
    schedule: { everyHours, atHour: row.at_hour ?? undefined },
    limitBytesPerSecond: row.limit_bytes_per_second ?? undefined,
    createdAt: row.created_at,
  }
}
