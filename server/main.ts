import { hostname } from 'node:os'
import { join } from 'node:path'
import { addressForPeople } from './address-for-people.ts'
import { appOfBox } from './app-of-box.ts'
import type { Box, Machine } from './box.ts'
import type { Config } from './config.ts'
import { openControlServer } from './control/control-server.ts'
import { everyMinute } from './jobs/minutes.ts'
import { type HttpListener, openHttpListener } from './listener/http-listener.ts'
import { machineAddresses } from './machine-addresses.ts'
import { openBoxWhenFree } from './open-box-when-free.ts'
import { demandRows } from './rebuild/empty-database.ts'
import { every } from './runtime/every.ts'
import type { Log } from './runtime/log.ts'
import { lookEveryMs } from './self-backups/self-backup-due.ts'
import { createServices, type Services } from './services.ts'
import { readCertificateFiles } from './tls/certificate-files.ts'
import { openServerIdentity, type ServerIdentity } from './tls/server-identity.ts'
import { serverNames } from './tls/server-names.ts'
import { politePause } from './verification/polite-pause.ts'

/** The composition root of the serving box: everything is made here, in order, and closed in reverse. */

export type Serving = AsyncDisposable & {
  readonly log: Log
  /** The address to tell people. */
  readonly url: string
  readonly dataFolder: string
  /** Of the authority, for agents; undefined without TLS. */
  readonly pin: string | undefined
  /** Until the box is set up. */
  readonly setupUrl: string | undefined
}

/** `onTaken`: the database went to another server; the caller must end this one. */
export async function serve(options: {
  readonly config: Config
  readonly machine: Machine
  readonly onTaken: () => void
}): Promise<Serving> {
  const { config, machine } = options
  // Before anything is opened: files that do not do are a wrong setting.
  const certificate = config.tls === 'files' ? readCertificateFiles(config) : undefined
  await using opened = new AsyncDisposableStack()
  const box = opened.use(await openBoxWhenFree(options))
  await demandRows(box)
  const services = opened.use(await createServices(box))
  await services.uploads.adopt()
  await services.retention.reconcile()
  await services.observedTime.start()
  const disks = every(lookAtDisksEveryMs, services.uploads.volumes.look, box.log)
  opened.defer(() => disks.stop())
  const minutes = await everyMinute(() => minute(services), { log: box.log })
  opened.defer(() => minutes.stop())
  opened.defer(startVerification(box, services))
  const selfBackups = every(lookEveryMs, services.selfBackups.look, box.log)
  opened.defer(() => selfBackups.stop())
  opened.defer(startSending(box, services))
  const control = await openControlServer({
    dataFolder: box.dataFolder,
    temporaryFolders: machine.temporaryFolders,
    services,
    log: box.log.child({ part: 'control' }),
  })
  opened.defer(() => control.close())
  const listener = await listen(box, services, certificate)
  opened.defer(() => listener.close())
  // Before the door is closed: who waits for an order, or watches a backup, would be waited for.
  opened.defer(() => {
    services.orders.close()
    services.progress.close()
  })
  box.listening.port = listener.port
  const url = addressForPeople({ ...config, port: listener.port })
  const door = await services.setup.openDoor(config.setupToken)
  box.log.info({ url, tls: config.tls, port: listener.port }, 'box is up')
  const closing = opened.move()
  return {
    log: box.log,
    url,
    dataFolder: box.dataFolder,
    pin: pinOf(box),
    setupUrl: door.kind === 'open' ? `${url}/setup?token=${encodeURIComponent(door.token)}` : undefined,
    [Symbol.asyncDispose]: async () => {
      box.log.info('box is stopping')
      await closing.disposeAsync()
    },
  }
}

/** Looks for packs that arrived; how often it finds the moment to open them is its own business. */
const verifyEveryMs = 5000

function startVerification({ clock, log }: Box, { verification, uploads }: Services): () => Promise<void> {
  const stopping = new AbortController()
  const { signal } = stopping
  const pause = politePause({ traffic: uploads.traffic, clock, signal })
  const work = async () => {
    await verification.run({ signal, pause }).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }
  const turns = every(verifyEveryMs, work, log)
  return () => {
    stopping.abort()
    return turns.stop()
  }
}

/** Nobody waits longer for a letter that was asked for. */
const sendEveryMs = 3000

function startSending({ log }: Box, { outboxSender }: Services): () => Promise<void> {
  const stopping = new AbortController()
  const turns = every(
    sendEveryMs,
    async () => {
      if ((await outboxSender.sendDue(stopping.signal)) > 0) await outboxSender.look()
    },
    log,
  )
  return () => {
    stopping.abort()
    return turns.stop()
  }
}

/** A disk fills up faster than minutes pass. */
const lookAtDisksEveryMs = 5000

/** The heartbeat first: the others go by the time that the box observed. */
async function minute({
  observedTime,
  uploads,
  deliveries,
  orders,
  restoreOrders,
  chores,
  tell,
  tellRestores,
  outboxSender,
}: Services): Promise<void> {
  await observedTime.tick()
  await uploads.sessions.tick()
  await uploads.deposits.dropLeft()
  await orders.expire()
  await restoreOrders.settle()
  await chores.tick()
  await tell()
  await tellRestores()
  await outboxSender.look()
  await deliveries.settleLeft()
}

async function listen(box: Box, services: Services, certificate: ServerIdentity | undefined): Promise<HttpListener> {
  const { config } = box
  const app = await appOfBox(box, services, pinOf(box))
  const tls = config.tls === 'auto' ? await openOwnIdentity(box) : certificate
  return openHttpListener({ fetch: app.fetch, host: config.host, port: config.port, tls })
}

/** What agents are told to expect; a certificate of somebody else's is theirs to check. */
function pinOf({ config, authority }: Box): string | undefined {
  return config.tls === 'auto' ? authority.pin : undefined
}

function openOwnIdentity({ config, dataFolder, authority, clock }: Box): Promise<ServerIdentity> {
  const names = serverNames({ ...config, machineName: hostname(), machineAddresses: machineAddresses() })
  return openServerIdentity({ folder: join(dataFolder, 'tls'), authority, names, clock })
}
