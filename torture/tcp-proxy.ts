/**
 * The line between the computer and the box: a fixed port whose other end may move, and which is cut after so many bytes when told to.
 */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface TcpProxy extends AsyncDisposable {
  readonly port: number
  /** The next lines are cut after that many bytes each, in either direction; answers how many were, at the end. */
  readonly cutNext: (afterBytes: readonly number[]) => () => number
}

export async function openTcpProxy(targetPort: () => number): Promise<TcpProxy> {
  let cuts: number[] = []
  let done = 0
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const limit = cuts.shift()
    const far = connect({ host: '127.0.0.1', port: targetPort() })
    let seen = 0
    const end = () => {
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', end).on('close', () => {
        sockets.delete(socket)
        end()
      })
    }
    const pass = (from: Socket, to: Socket) => {
      from.on('data', (bytes: Buffer) => {
        const rest = limit === undefined ? bytes.length : Math.min(bytes.length, limit - seen)
        seen += bytes.length
        if (to.destroyed) return
        if (!to.write(bytes.subarray(0, rest))) {
          from.pause()
          to.once('drain', () => from.resume())
        }
        if (limit !== undefined && seen >= limit) {
          done += 1
          end()
        }
      })
      from.on('end', () => to.end())
    }
    pass(near, far)
    pass(far, near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as { port: number }).port,
    cutNext(afterBytes) {
      cuts = [...afterBytes]
      done = 0
      return () => {
        cuts = []
        return done
      }
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
