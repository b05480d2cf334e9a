/** Whether a computer can take what was chosen, and how it names its folders. */
import type { Device } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { Id } from '../runtime/ids.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { VersionPath } from '../snapshots/version-path.ts'
import type { ToldJobsService } from '../told-jobs/told-jobs-service.ts'
import { mayStrip, parseFolder, RestoreOrderError, type RestorePlace, type RestoreWish } from './restore-order.ts'

interface Services {
  readonly devices: Pick<DevicesService, 'find'>
  readonly toldJobs: Pick<ToldJobsService, 'find'>
}

/** @throws RestoreOrderError */
export async function demandTarget(
  services: Services,
  asked: Pick<RestoreWish, 'mode' | 'place'> & {
    readonly version: Pick<Snapshot, 'customerId' | 'deviceId'>
    readonly deviceId: Id<'dev'>
  },
): Promise<void> {
  const { version, deviceId, mode, place } = asked
  const device = await services.devices.find(deviceId)
  if (device === undefined || device.customerId !== version.customerId)
    throw new RestoreOrderError('no-computer', 'There is no such computer.')
  if (device.state !== 'active' || device.kind !== 'agent')
    throw new RestoreOrderError('no-computer', `${device.name} is not connected any more. Choose another computer.`)
  if (mode === 'revert' && (deviceId !== version.deviceId || place.kind !== 'original'))
    throw new RestoreOrderError('not-its-own', 'A revert makes folders as they were on their own computer.')
  if (place.kind === 'folder' || deviceId === version.deviceId) return
  const source = await services.devices.find(version.deviceId)
  if (source?.kind === 'inbox')
    throw new RestoreOrderError('other-system', 'What people sent was on no computer before. Choose a folder for it.')
  const [from, to] = [source && (await platformOf(services, source)), await platformOf(services, device)]
  if (from !== to && (from === 'win32' || to === 'win32'))
    throw new RestoreOrderError(
      'other-system',
      `${device.name} names its folders in another way. Choose a folder for them there.`,
    )
}

/** A folder as a person wrote it, by the rules of the computer that gets the files. @throws RestoreOrderError `bad-folder` */
export async function folderPlace(
  services: Services,
  {
    device,
    folder,
    paths,
  }: { readonly device: Device | undefined; readonly folder: string; readonly paths: readonly VersionPath[] },
): Promise<RestorePlace> {
  const platform = device === undefined ? 'linux' : await platformOf(services, device)
  return { kind: 'folder', path: parseFolder(folder, platform), isStripped: mayStrip(paths) }
}

/** As the computer told; before it told anything, as it was when it was connected. */
async function platformOf({ toldJobs }: Services, device: Device): Promise<string> {
  const platform = (await toldJobs.find(device.deviceId))?.platform ?? device.fingerprint.os.platform ?? 'linux'
  return /^win/i.test(platform) ? 'win32' : platform
}
