/** What the index hit, as the catalogue knows it: whole paths, the states that can still be had, and the versions that show them. */

import { foldName } from '../catalogue/fold-name.ts'
import { pathHashBytes } from '../catalogue/path-hash.ts'
import { firstAtLeast } from '../catalogue/sorted-numbers.ts'
import type { Queryable } from '../database/database.ts'
import type { VersionPath } from '../snapshots/version-path.ts'
import { fileKinds, kindOfName } from './file-kind.ts'
import type { IndexHit } from './find-in-index.ts'
import {
  type FileFilters,
  type FoundFile,
  type LiveState,
  liveStates,
  numberBefore,
  placeKey,
  receivedAtOf,
  type SearchedJob,
  type SeenIn,
} from './search.ts'
import * as table from './search-table.ts'

/** Those that are what was asked for, in the order of the hits. */
export async function describeHits(
  db: Queryable,
  hits: readonly IndexHit[],
  { jobs, filters }: { readonly jobs: ReadonlyMap<number, SearchedJob>; readonly filters: FileFilters },
): Promise<readonly FoundFile[]> {
  const paths = hits.map(({ jobId, hash }) => ({ jobId, pathHash: hash }))
  const above = hits.flatMap(({ jobId, ancestors }) => hashesOf(ancestors).map((pathHash) => ({ jobId, pathHash })))
  const [changes, names] = await Promise.all([table.listChangesOf(db, paths), table.findNamesOf(db, [...paths, ...above])])
  const changesOf = Map.groupBy(changes, table.pathKey)
  const picked = hits.flatMap((hit) => {
    const job = jobs.get(hit.jobId)
    const path = wholePath(hit, names)
    if (job === undefined || path === undefined) return []
    const states = liveStates(changesOf.get(table.pathKey({ ...hit, pathHash: hit.hash })) ?? [], job)
    const shown = pickState(states, job, filters)
    return shown !== undefined && isAsked({ job, path, states, shown }, filters) ? [{ hit, job, path, states, shown }] : []
  })
  const versions = await table.findVersionsOf(
    db,
    picked.flatMap(({ job: { jobId }, shown, states }) =>
      [shown.number, ...newestOf(states).map(({ shownNumber }) => shownNumber)].map((number) => ({ jobId, number })),
    ),
  )
  return picked.flatMap((one) => {
    const find = (number: number) => versions.get(table.numberKey({ jobId: one.job.jobId, number }))
    const seen = find(one.shown.number)
    return seen === undefined ? [] : [toFound(one, { seen, find })]
  })
}

const newestShown = 3

function newestOf(states: readonly LiveState[]): readonly LiveState[] {
  return states.slice(0, newestShown)
}

interface Picked {
  readonly job: SearchedJob
  readonly path: VersionPath
  readonly states: readonly LiveState[]
  readonly shown: Shown
}

/** A state, and the version that gives it. */
type Shown = LiveState & { readonly number: number }

/** The newest one, or that of the day. */
function pickState(states: readonly LiveState[], { live }: SearchedJob, { thereBeforeMs }: FileFilters): Shown | undefined {
  const [newest] = states
  if (thereBeforeMs === undefined) return newest && { ...newest, number: newest.shownNumber }
  const number = numberBefore(live, thereBeforeMs)
  const state = states.find(({ from, before }) => number !== undefined && from <= number && number < before)
  return state && number !== undefined ? { ...state, number } : undefined
}

function isAsked({ job, path, states, shown }: Picked, filters: FileFilters): boolean {
  const { type, kind, state, minBytes = 0, maxBytes = Number.POSITIVE_INFINITY } = filters
  const isFolder = shown.type === 'directory'
  if (type !== undefined && isFolder !== (type === 'folder')) return false
  if (kind !== undefined && (isFolder || kindOf(path) !== kind)) return false
  if (state !== undefined && isPresent(states, job) !== (state === 'present')) return false
  if (
    isFolder ? filters.minBytes !== undefined || filters.maxBytes !== undefined : shown.size < minBytes || shown.size > maxBytes
  )
    return false
  const changedS = Number(shown.mtimeNs / 1_000_000_000n)
  const { changedFromMs = Number.NEGATIVE_INFINITY, changedBeforeMs = Number.POSITIVE_INFINITY } = filters
  return changedS >= Math.floor(changedFromMs / 1000) && changedS < Math.ceil(changedBeforeMs / 1000)
}

function kindOf(path: VersionPath) {
  const folded = foldName(path.at(-1) ?? Buffer.alloc(0))
  return fileKinds[kindOfName(folded, 0, folded.length) - 1]
}

function isPresent([newest]: readonly LiveState[], { live }: SearchedJob): boolean {
  return newest?.lastNumber === live.numbers.at(-1)
}

function toFound(
  { hit, job, path, states, shown }: Picked & { readonly hit: IndexHit },
  { seen, find }: { readonly seen: SeenIn; readonly find: (number: number) => SeenIn | undefined },
): FoundFile {
  const newest = states[0]!
  const { numbers, receivedAt } = job.live
  const present = isPresent(states, job)
  return {
    key: placeKey(hit),
    deviceId: job.deviceId,
    computer: job.computer,
    job: job.job,
    path,
    type: shown.type,
    sizeBytes: shown.size,
    changedAtNs: shown.mtimeNs,
    shown: seen,
    firstAt: receivedAtOf(job.live, states.at(-1)!.firstNumber),
    lastAt: receivedAtOf(job.live, newest.lastNumber),
    states: states.length,
    newest: newestOf(states).flatMap(({ firstNumber, shownNumber, size }, index) => {
      const version = find(shownNumber)
      if (version === undefined) return []
      const older = states[index + 1]
      const firstAt = receivedAtOf(job.live, firstNumber)
      return [{ version, firstAt, sizeBytes: size, moreBytes: older && size - older.size }]
    }),
    isPresent: present,
    deletedAt: present ? undefined : receivedAt[firstAtLeast(numbers, newest.before)],
  }
}

function wholePath({ jobId, hash, ancestors }: IndexHit, names: Awaited<ReturnType<typeof table.findNamesOf>>) {
  const path = [...hashesOf(ancestors).toReversed(), hash].map((pathHash) => names.get(table.pathKey({ jobId, pathHash }))?.name)
  return path.every((name) => name !== undefined) ? path : undefined
}

function hashesOf(packed: Buffer): readonly Buffer[] {
  return Array.from({ length: packed.length / pathHashBytes }, (_, index) =>
    packed.subarray(index * pathHashBytes, (index + 1) * pathHashBytes),
  )
}
