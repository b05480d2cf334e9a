/** Disks as the page Storage shows them. */
import type { DiskProps, DiskSpaceProps } from '../../views/partials/disk.ts'
import type { VolumeStatus } from './disk-watch.ts'

export function diskProps({ folder, path, state, reason, space, forecast }: VolumeStatus): DiskProps {
  return { folder, path, state, reason, space: space && { ...space, full: fullOf(forecast) } }
}

function fullOf(forecast: VolumeStatus['forecast']): DiskSpaceProps['full'] {
  if (forecast === undefined) return { kind: 'unknown' }
  return forecast.fullAtMs === undefined ? { kind: 'never' } : { kind: 'at', atMs: forecast.fullAtMs }
}
