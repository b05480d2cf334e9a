import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { type Box, openBox } from './box.ts'
import { controlName } from './control/protocol.ts'
import { DataFolderInUse } from './runtime/data-lock.ts'
import { findSocketPlace } from './runtime/socket-place.ts'

/** For a server that is just stopping, or a command that is running. */
const patienceMs = 15_000
const tryAgainEveryMs = 100

/** As openBox; waits for a predecessor that is on its way out. One that serves is not waited for: it means to stay. */
export async function openBoxWhenFree(options: Parameters<typeof openBox>[0]): Promise<Box> {
  for (let waitedMs = 0; ; waitedMs += tryAgainEveryMs) {
    try {
      return await openBox(options)
    } catch (error) {
      if (!(error instanceof DataFolderInUse) || waitedMs >= patienceMs) throw error
      if (await isServing(options.config.dataFolder)) throw error
    }
    await wait(tryAgainEveryMs)
  }
}

/** A server takes commands from its first to its last moment of service. */
async function isServing(dataFolder: string): Promise<boolean> {
  const path = findSocketPlace({ dataFolder, name: controlName })
  if (path === undefined) return false
  const socket = connect({ path })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
