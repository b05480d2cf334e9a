import { once } from 'node:events'
import { chmodSync, rmSync } from 'node:fs'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { CommandContext } from '../cli/command.ts'
import type { Log } from '../runtime/log.ts'
import { openSocketPlace } from '../runtime/socket-place.ts'
import type { Services } from '../services.ts'
import { type CommandEvent, commandPath, commandRequestSchema, controlName, jsonLines, maxRequestBytes } from './protocol.ts'
import { problemEnd, runCommand } from './run-command.ts'

export type ControlServer = { readonly socketPath: string; readonly close: () => Promise<void> }

const requestTimeoutMs = 10_000
const maxConnections = 32

/** Takes commands for the running box over a unix socket that only the folder's owner can open. The caller holds the data lock. */
export async function openControlServer(options: {
  readonly dataFolder: string
  readonly temporaryFolders: readonly string[]
  readonly services: Services
  readonly log: Log
}): Promise<ControlServer> {
  const socketPath = openSocketPlace({ ...options, name: controlName })
  // A killed server leaves its socket; the data lock says that nobody listens there.
  rmSync(socketPath, { force: true })
  const stopping = new AbortController()
  const server = http.createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const signal = AbortSignal.any([stopping.signal, gone.signal])
    void answer(request, response, { ...options, signal })
  })
  server.maxConnections = maxConnections
  server.listen(socketPath)
  await once(server, 'listening')
  chmodSync(socketPath, 0o600)
  return {
    socketPath,
    close: async () => {
      stopping.abort()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

type Answering = { readonly services: Services; readonly signal: AbortSignal; readonly log: Log }

async function answer(request: IncomingMessage, response: ServerResponse, { services, signal, log }: Answering): Promise<void> {
  const say = (event: CommandEvent) => response.write(`${JSON.stringify(event)}\n`)
  try {
    if (request.method !== 'POST' || request.url !== commandPath) {
      response.writeHead(404).end()
      return
    }
    const command = commandRequestSchema.parse(JSON.parse(await readBody(request)))
    response.writeHead(200, { 'content-type': jsonLines })
    response.flushHeaders()
    const context: CommandContext = { services, signal, report: (line) => say({ event: 'progress', line }) }
    const end = await runCommand(command, context)
    log.info({ command: command.name, exitCode: end.exitCode }, 'command run')
    say(end)
  } catch (error) {
    log.warn({ err: error }, 'command not understood')
    say(problemEnd(error))
  }
  response.end()
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let sizeBytes = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    sizeBytes += part.length
    if (sizeBytes > maxRequestBytes) throw new RangeError(`a command's input is at most ${maxRequestBytes} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}
