/** Drills as pages show them. */
import { bytesOfText } from '../../engine/index.ts'
import { nameText } from '../../views/format/name-text.ts'
import type { DrilledVersionProps } from '../../views/pages/drill.ts'
import type { DrillRowProps } from '../../views/pages/drills.ts'
import type { ProvedProps } from '../../views/partials/proved.ts'
import type { Device } from '../devices/device.ts'
import { browsePath } from '../http/page-paths.ts'
import type { Id } from '../runtime/ids.ts'
import { type Drill, type DrilledVersion, type DrillStanding, overdueAfterMs } from './drill.ts'
import { drillPath, drillsPath } from './drill-paths.ts'

export function drillRow(drill: Drill): DrillRowProps {
  const { drillId, state, askedAt, startedAt, endedAt, askedBy, counts, detail } = drill
  return {
    kind: state,
    atMs: endedAt ?? startedAt ?? askedAt,
    path: drillPath(drillId),
    askedBy,
    files: counts.files,
    bytes: counts.bytes,
    readTwice: counts.readTwice,
    readTwiceBytes: counts.readTwiceBytes,
    damaged: counts.damaged,
    detail,
  }
}

export function drilledVersion({ version, job, receivedAt, entries, files, lost }: DrilledVersion): DrilledVersionProps {
  return {
    job,
    atMs: receivedAt,
    path: browsePath(version),
    entries,
    files: files.map(({ path, ...file }) => ({ ...file, name: nameOf(path) })),
    lost: lost.map(({ path, why }) => ({ name: nameOf(path), why })),
  }
}

function nameOf(path: string): string {
  return nameText(bytesOfText(path))
}

type Provable = Pick<Device, 'deviceId' | 'name' | 'firstVersionAt' | 'lastGoodVersion'>

/** Undefined: none of them has anything to bring back. */
export function provedProps(
  devices: readonly Provable[],
  standings: ReadonlyMap<Id<'dev'>, DrillStanding>,
  { nowMs, path }: { readonly nowMs: number; readonly path?: string },
): ProvedProps | undefined {
  const provable = devices.filter(({ lastGoodVersion }) => lastGoodVersion !== undefined)
  const [first] = provable
  if (first === undefined) return undefined
  const proved = provable.map(({ deviceId }) => standings.get(deviceId)?.provedAt)
  const known = proved.filter((atMs) => atMs !== undefined)
  const since = provable.map(({ deviceId, firstVersionAt }) => standings.get(deviceId)?.provedAt ?? firstVersionAt ?? nowMs)
  return {
    computers: provable.length,
    provedAtMs: known.length === provable.length ? Math.min(...known) : undefined,
    unproved: provable.length - known.length,
    damaged: provable.flatMap(({ deviceId, name }) => {
      const damage = standings.get(deviceId)?.damage
      return damage === undefined ? [] : [{ computer: name, atMs: damage.atMs, path: drillPath(damage.drillId) }]
    }),
    isOverdue: since.some((atMs) => nowMs - atMs > overdueAfterMs),
    notRun: lastNotRun(provable, standings),
    path: path ?? (provable.length === 1 ? drillsPath(first.deviceId) : '/computers'),
  }
}

function lastNotRun(provable: readonly Provable[], standings: ReadonlyMap<Id<'dev'>, DrillStanding>): ProvedProps['notRun'] {
  const found = provable.flatMap(({ deviceId, name }) => {
    const { triedAt: atMs, notRunDetail: words } = standings.get(deviceId) ?? {}
    return atMs === undefined || words === undefined ? [] : [{ atMs, words, computer: provable.length === 1 ? undefined : name }]
  })
  return found.toSorted((one, other) => other.atMs - one.atMs)[0]
}

/** What one that waits is waiting for. `running`: the heavy work that the box does now, by its title. */
export function waitWords({
  isForQuiet,
  running,
}: {
  readonly isForQuiet: boolean
  readonly running: string | undefined
}): string {
  if (isForQuiet) return 'Waits until no backup and no restore moves data.'
  return running === undefined ? 'Begins in a moment.' : `Waits until other work of the box is done: ${running}.`
}
