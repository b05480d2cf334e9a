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
      const standing = standings.get(deviceId)
      if (standing?.outcome !== 'damaged' || standing.triedAt === undefined || standing.lastDrill === undefined) return []
      return [{ computer: name, atMs: standing.triedAt, path: drillPath(standing.lastDrill) }]
    }),
    isOverdue: since.some((atMs) => nowMs - atMs > overdueAfterMs),
    path: path ?? (provable.length === 1 ? drillsPath(first.deviceId) : '/computers'),
  }
}
