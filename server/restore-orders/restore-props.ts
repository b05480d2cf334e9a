/** A restore order as its pages show it. */
import { bytesOfText } from '../../engine/index.ts'
import { nameText } from '../../views/format/name-text.ts'
import type { RestoreEntry } from '../../views/pages/activity.ts'
import type { ProofProps, RestoreProps, RestoreStateWord } from '../../views/pages/restore-order.ts'
import type { RestoreRow } from '../../views/pages/restores.ts'
import type { Device } from '../devices/device.ts'
import { browsePath, computerPath, newRestorePath, restoreOrderPath } from '../http/page-paths.ts'
import type { RunningBackup } from '../progress/progress.ts'
import { type MayStop, runningProps } from '../progress/work-props.ts'
import { pathBytes, type VersionPath } from '../snapshots/version-path.ts'
import { isUnderWay, type RestoreOrder, type RestoreProof } from './restore-order.ts'

/** Names that a page lists of what was selected. */
export const namesShown = 12

export function stateWord({ state, isTaken }: Pick<RestoreOrder, 'state' | 'isTaken'>): RestoreStateWord {
  if (state !== 'open') return state
  return isTaken ? 'running' : 'waiting'
}

export function restoreProps(
  restore: RestoreOrder,
  around: {
    readonly target: Device
    readonly source: Device | undefined
    readonly isListening: boolean
    readonly isWithoutRun: boolean
    readonly running: RunningBackup | undefined
    readonly mayStop: MayStop
    readonly isBehind: boolean
    readonly nowMs: number
  },
): RestoreProps {
  const { target, source, isListening, isWithoutRun, running, mayStop, isBehind, nowMs } = around
  const { place, code, detail, paths, mode, before } = restore
  const mayUndo = mode === 'revert' && before !== undefined && restore.state !== 'open' && mayStop.restores
  return {
    mode,
    state: stateWord(restore),
    isLive: isUnderWay(restore, nowMs),
    isBegun: restore.handedAt !== undefined,
    isBehind,
    path: restoreOrderPath(restore.restoreId),
    computer: target.name,
    computerPath: computerPath(target.deviceId),
    source: source?.name ?? 'a computer that is gone',
    versionPath: browsePath(restore.snapshot),
    versionAtMs: restore.versionAt,
    isListening,
    isWithoutRun,
    lastSeenAtMs: target.lastSeenAt,
    askedAtMs: restore.askedAt,
    askedBy: restore.askedBy,
    expiresAtMs: restore.expiresAt,
    endedAtMs: restore.endedAt,
    names: paths.slice(0, namesShown).map(pathText),
    selected: paths.length,
    files: restore.files,
    bytes: restore.bytes,
    isWhole: restore.isWhole,
    folder: place.kind === 'folder' ? nameText(place.path) : undefined,
    rule: restore.rule,
    counters: restore.counters,
    proof: restore.proof && proofProps(restore.proof),
    failure: code === undefined || restore.state === 'expired' ? undefined : { code, words: detail ?? '' },
    running: running && runningProps(running, { ...mayStop, restores: false }),
    cancelPath: mayStop.restores ? `${restoreOrderPath(restore.restoreId)}/cancel` : undefined,
    undoPath: mayUndo ? undoPath(restore, before) : undefined,
    againPath: mayStop.restores && isUnfinished(restore) ? againPath(restore) : undefined,
    beforePath: before === undefined ? undefined : browsePath(before),
  }
}

export function restoreRow(restore: RestoreOrder, names: ReadonlyMap<string, string>): RestoreRow {
  const { paths, deviceId, sourceDeviceId } = restore
  const first = paths[0] === undefined ? '' : pathText(paths[0])
  return {
    path: restoreOrderPath(restore.restoreId),
    askedAtMs: restore.askedAt,
    askedBy: restore.askedBy,
    computer: names.get(deviceId) ?? '',
    source: sourceDeviceId === deviceId ? undefined : names.get(sourceDeviceId),
    what: paths.length > 1 ? `${first} and ${paths.length - 1} more` : first,
    files: restore.files,
    bytes: restore.bytes,
    isWhole: restore.isWhole,
    isRevert: restore.mode === 'revert',
    state: stateWord(restore),
  }
}

/** What was reverted, by number: its paths are taken from there, however many they are. */
function undoPath({ restoreId }: RestoreOrder, before: RestoreOrder['snapshot']): string {
  return newRestorePath({ version: before, paths: [], mode: 'revert', undoes: restoreId })
}

/** Not all of it is back, and asking once more may help. */
function isUnfinished({ state, code }: RestoreOrder): boolean {
  return state !== 'open' && state !== 'done' && code !== 'HF-NO-VERSION'
}

/** Its paths, too, are taken by number. */
function againPath({ restoreId, snapshot, mode, deviceId, rule, place }: RestoreOrder): string {
  const path = newRestorePath({ version: snapshot, paths: [], again: restoreId, ...(mode === 'revert' ? { mode } : {}) })
  const folder = place.kind === 'folder' ? { place: 'folder', folder: place.path.toString() } : {}
  return `${path}&${new URLSearchParams({ device: deviceId, rule, ...folder })}`
}

/** In Activity: staff read how much it was, and no name. */
export function restoreEntry(restore: RestoreOrder, names: ReadonlyMap<string, string>, mayRead: boolean): RestoreEntry {
  const { computer, askedAtMs, state, path, what } = restoreRow(restore, names)
  const files = `${restore.isWhole ? '' : 'more than '}${restore.files === 1 ? '1 file' : `${restore.files} files`}`
  const words = mayRead ? { path, what } : { path: undefined, what: files }
  return { ...words, computer, askedAtMs, state }
}

export function pathText(path: VersionPath): string {
  return `/${nameText(pathBytes(path))}`
}

function proofProps({ kept, beside, failed, notSet, left }: RestoreProof): ProofProps {
  const shown = (text: string) => nameText(bytesOfText(text))
  return {
    kept: kept.map((one) => ({ ...one, path: shown(one.path) })),
    beside: beside.map(({ path, name }) => ({ path: shown(path), name: shown(name) })),
    failed: failed.map((one) => ({ ...one, path: shown(one.path) })),
    notSet: notSet.map((one) => ({ ...one, path: shown(one.path) })),
    left: left.map(shown),
  }
}
