/** A computer of the demonstration: connects as an agent does, and backs up through the engine over the box's own protocol. */
import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import {
  backUp,
  connectAppliance,
  openApplianceLink,
  openKeySlot,
  parseDeviceId,
  parseRepositoryUid,
  readKeySlotFile,
  readRepositoryFile,
} from '../../engine/index.ts'
import { nextTimeOf } from '../../selection/schedule-times.ts'
import type { Connected } from '../devices/connect-service.ts'
import { fingerprintSchema } from '../devices/fingerprint.ts'
import type { DeviceIdentity } from '../http/principal.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Services } from '../services.ts'
import { activeSchedules } from '../told-jobs/told-jobs.ts'
import type { UserIdentity } from '../users/user.ts'
import { makeDemoFolder } from './demo-folder.ts'
import type { DemoComputer } from './demo-story.ts'

const job = 'Documents'
const agentVersion = 'demo'

export interface RunningDemoComputer {
  readonly story: DemoComputer
  readonly days: readonly number[]
  readonly backUp: (day: number) => Promise<void>
  readonly fail: () => Promise<void>
  readonly close: () => void
}

export async function connectDemoComputer(options: {
  readonly services: Services
  readonly clock: Clock
  readonly url: string
  readonly owner: UserIdentity
  readonly story: DemoComputer
  readonly days: readonly number[]
  readonly timeZone: string
  /** Where its files and its cache lie meanwhile. */
  readonly folder: string
}): Promise<RunningDemoComputer> {
  const { services, clock, url, timeZone, owner, story, days, folder } = options
  const print = createHash('sha256').update(`${owner.email} ${story.name}`).digest('hex')
  const connected = await connect(services, owner, story, print)
  const { deviceId } = connected.device
  const link = openApplianceLink({
    url,
    trust: { kind: 'plain' },
    token: connected.token,
    userAgent: 'holdfast-demo',
    now: clock.now,
  })
  const instances = { value: connected.instance }
  const device = parseDeviceId(deviceId)
  const target = connectAppliance({
    link,
    device,
    print,
    now: clock.now,
    instances: {
      newest: () => instances.value,
      store: (value) => {
        instances.value = value
      },
    },
  })
  const { uid } = readRepositoryFile(connected.repositoryFile)
  const secrets = openKeySlot(readKeySlotFile(connected.slotFile), parseRepositoryUid(uid), connected.slotKey)
  const files = makeDemoFolder(join(folder, story.name, 'home'), story.name)
  const lastDay = days.at(-1)
  const identity = async (): Promise<DeviceIdentity> => {
    const found = await services.devices.find(deviceId)
    if (found === undefined) throw new Error('the computer that was just connected is not there')
    return { ...found, state: 'active' }
  }
  return {
    story,
    days,
    backUp: async (day) => {
      if (story.schedule !== undefined && (day === days[0] || day === lastDay))
        await services.toldJobs.tell(await identity(), toldJobs(story.schedule, { print, timeZone, nowMs: clock.now() }))
      files.workADay(day)
      const gone = story.isLastPartial === true && day === lastDay ? [Buffer.from(join(folder, story.name, 'Card reader'))] : []
      await backUp({
        target,
        secrets,
        device,
        job,
        sources: [Buffer.from(files.path), ...gone],
        excludes: [],
        isExcluded: () => false,
        cacheFile: join(folder, story.name, 'cache'),
        compression: 'default',
        host: story.name.toLowerCase(),
        platform: 'linux',
        agentVersion,
        tags: [],
        now: clock.now,
        randomBytes,
        threads: 1,
      })
    },
    fail: async () => {
      const asked = { device: await identity(), job, parent: undefined, instance: instances.value, print, address: '192.0.2.10' }
      const { session } = await services.uploads.sessions.open(asked)
      const reason = { code: 'HF-NO-SPACE', detail: 'The temporary folder of this computer is full.' }
      await services.uploads.sessions.abort(asked.device, session.sessionId, reason)
    },
    close: () => link.close(),
  }
}

/** What it would tell of its only job; that is the same all month. */
function toldJobs(schedule: string, of: { readonly print: string; readonly timeZone: string; readonly nowMs: number }) {
  const told = {
    name: job,
    sources: [`/home/office/${job}`],
    excludes: [],
    schedules: [schedule],
    keep: undefined,
    isPaused: false,
  }
  const nextAt = nextTimeOf(activeSchedules([told]), of.nowMs, of.timeZone)
  return {
    revision: `1-${of.print.slice(0, 16)}`,
    jobs: [{ ...told, nextAt }],
    platform: 'linux',
    timeZone: of.timeZone,
    nextAt,
    keepsSchedule: true,
  }
}

async function connect(services: Services, owner: UserIdentity, story: DemoComputer, print: string): Promise<Connected> {
  const answer = await services.connect({
    by: { kind: 'login', user: owner, customer: undefined, plan: undefined },
    address: '192.0.2.10',
    name: story.name,
    replace: undefined,
    isNew: true,
    fingerprint: fingerprintSchema.parse({
      print,
      machineId: print.slice(0, 32),
      system: { manufacturer: 'Demonstration', model: story.model, serial: print.slice(0, 10), uuid: print.slice(10, 42) },
      macs: [`02:${print.slice(0, 10).replaceAll(/(..)(?=.)/g, '$1:')}`],
      diskSerials: [print.slice(20, 34).toUpperCase()],
      os: { platform: 'linux', distro: 'Debian GNU/Linux', release: '12', arch: 'x64', hostname: story.name.toLowerCase() },
    }),
    agentVersion,
  })
  if (answer.kind !== 'connected') throw new Error(`a computer of the demonstration was not let in: ${answer.kind}`)
  return answer
}
