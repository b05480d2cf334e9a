import { createHash } from 'node:crypto'
import {
  type ApplianceLink,
  type BackupTarget,
  connectAppliance,
  type DeviceId,
  openApplianceLink,
  openKeySlot,
  parseDeviceId,
  parseRepositoryUid,
  type RepositorySecrets,
  readKeySlotFile,
  readRepositoryFile,
} from '../../engine/index.ts'
import type { Connected } from '../../server/devices/connect-service.ts'
import type { DeviceIdentity } from '../../server/http/principal.ts'
import { type HttpListener, openHttpListener } from '../../server/listener/http-listener.ts'
import { type RepositoryPlace, repositoryPlace } from '../../server/repositories/repository-place.ts'
import type { UserIdentity } from '../../server/users/user.ts'
import { connectDevice, sampleFingerprint } from './connect-device.ts'
import { setUpApp } from './test-app.ts'

type SetUpApp = Awaited<ReturnType<typeof setUpApp>>

/** The whole application on a real socket, with its first customer. */
export interface UploadBox extends AsyncDisposable {
  readonly box: SetUpApp
  readonly url: string
  readonly listener: HttpListener
}

export async function uploadBox(options: Parameters<typeof setUpApp>[0] = {}): Promise<UploadBox> {
  const box = await setUpApp(options)
  const listener = await openHttpListener({ fetch: box.app.fetch, host: '127.0.0.1', port: 0, tls: undefined })
  const close = async () => {
    await listener.close()
    await box[Symbol.asyncDispose]()
  }
  return { box, url: listener.url, listener, [Symbol.asyncDispose]: close }
}

/** A connected computer, and its own end of the line. */
export interface TestComputer extends AsyncDisposable {
  readonly connected: Connected
  readonly device: DeviceId
  readonly identity: DeviceIdentity
  readonly secrets: RepositorySecrets
  readonly place: RepositoryPlace
  readonly link: ApplianceLink
  readonly target: BackupTarget
  readonly instances: { value: string }
  /** As another program of the same computer, or another computer with this one's state, would see it. */
  readonly reopen: (more?: { readonly print?: string; readonly instance?: string }) => BackupTarget
}

export async function connectComputer(upload: UploadBox, name = 'RECEPTION', user?: UserIdentity): Promise<TestComputer> {
  const { box, url } = upload
  const print = printOf(name)
  const fingerprint = { ...sampleFingerprint, print }
  const connected = await connectDevice(box, user ?? box.user, { name, fingerprint })
  const { deviceId } = connected.device
  const link = openApplianceLink({
    url,
    trust: { kind: 'plain' },
    token: connected.token,
    userAgent: 'holdfast-agent/test',
    now: Date.now,
  })
  const device = parseDeviceId(deviceId)
  const instances = { value: connected.instance }
  const open = (shownPrint: string, held: { value: string }): BackupTarget =>
    connectAppliance({
      link,
      device,
      print: shownPrint,
      now: Date.now,
      instances: {
        newest: () => held.value,
        store: (value) => {
          held.value = value
        },
      },
    })
  const { uid } = readRepositoryFile(connected.repositoryFile)
  const found = await box.devicesSide.devices.find(deviceId)
  if (found === undefined) throw new Error('the device that was just connected is not there')
  return {
    connected,
    device,
    identity: { ...found, state: 'active' },
    secrets: openKeySlot(readKeySlotFile(connected.slotFile), parseRepositoryUid(uid), connected.slotKey),
    place: repositoryPlace(box.dataFolder, uid),
    link,
    target: open(print, instances),
    instances,
    reopen: (more = {}) => open(more.print ?? print, { value: more.instance ?? instances.value }),
    [Symbol.asyncDispose]: async () => link.close(),
  }
}

export function printOf(name: string): string {
  return createHash('sha256').update(name).digest('hex')
}
