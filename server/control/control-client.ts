import http, { type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { type CommandEnd, type CommandRequest, commandEventSchema, commandPath } from './protocol.ts'

/** Has a command run by the serving process behind this socket. Undefined when nobody listens there. */
export async function callCommand(options: {
  readonly socketPath: string
  readonly request: CommandRequest
  readonly report: (line: string) => void
}): Promise<CommandEnd | undefined> {
  const response = await post(options.socketPath, JSON.stringify(options.request))
  if (response === undefined) return undefined
  for await (const line of createInterface({ input: response })) {
    const event = commandEventSchema.parse(JSON.parse(line))
    if (event.event !== 'progress') return event
    options.report(event.line)
  }
  throw new Error('the box stopped before the command had ended')
}

const nobodyListens = ['ENOENT', 'ECONNREFUSED']

async function post(socketPath: string, body: string): Promise<IncomingMessage | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage | undefined>()
  const request = http.request({ socketPath, method: 'POST', path: commandPath }, resolve)
  request.on('error', (error: NodeJS.ErrnoException) => {
    if (nobodyListens.includes(error.code ?? '')) resolve(undefined)
    else reject(error)
  })
  request.end(body)
  return promise
}
