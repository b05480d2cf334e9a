/** Disks as the page Storage shows them. */
import type { DiskProps, DiskSpaceProps } from '../../views/partials/disk.ts'
import type { VolumeStatus } from './disk-watch.ts'

const dayMs = 24 * 60 * 60 * 1000

export function diskProps({ folder, path, state, reason, space, forecast, days }: VolumeStatus): DiskProps {
  const bars = days.map(({ day, usedBytes }) => ({ atMs: day * dayMs, bytes: usedBytes }))
  return { folder, path, state, reason, space: space && { ...space, full: fullOf(forecast) }, days: bars }
}

function fullOf(forecast: VolumeStatus['forecast']): DiskSpaceProps['full'] {
  if (forecast === undefined) return { kind: 'unknown' }
  return forecast.fullAtMs === undefined ? { kind: 'never' } : { kind: 'at', atMs: forecast.fullAtMs }
}
