/** What people must know about a disk as it is now. Pure: every code is named, with what there is to say or nothing. */
import type { AlarmCode } from '../alarms/alarm-catalogue.ts'
import type { VolumeStatus } from './disk-watch.ts'
import { lowBytes } from './storage-volume.ts'

const soonMs = 30 * 24 * 60 * 60 * 1000
const MiB = 1024 ** 2

export function diskAlarms(
  status: VolumeStatus,
  nowMs: number,
): readonly { readonly code: AlarmCode; readonly detail: string | undefined }[] {
  const { path, state, reason, space, forecast } = status
  const isFull = space !== undefined && space.freeBytes < space.floorBytes
  const isLow = space !== undefined && !isFull && space.freeBytes < lowBytes(space.totalBytes)
  const fullAtMs = forecast?.fullAtMs
  const isSoon = !isFull && !isLow && fullAtMs !== undefined && fullAtMs - nowMs < soonMs
  const room =
    space &&
    `${mebibytes(space.freeBytes)} of ${mebibytes(space.totalBytes)} are free at ${path}; below ${mebibytes(space.floorBytes)} no backup is taken.`
  return [
    { code: 'HF-STORAGE-WRONG-DISK', detail: state === 'wrong' ? reason : undefined },
    { code: 'HF-STORAGE-READ-ONLY', detail: state === 'read-only' ? `At ${path}: ${reason}` : undefined },
    { code: 'HF-STORAGE-FULL', detail: isFull ? room : undefined },
    { code: 'HF-DISK-LOW', detail: isLow ? room : undefined },
    {
      code: 'HF-DISK-FULL-SOON',
      detail: isSoon
        ? `By what was added day by day, the disk at ${path} will be full on ${new Date(fullAtMs).toISOString().slice(0, 10)}.`
        : undefined,
    },
  ]
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / MiB)} MiB`
}
