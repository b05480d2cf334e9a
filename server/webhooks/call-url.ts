/** One bounded call to an address that people wrote down. No redirects: they could lead to where the first address may not. */
import { lookup } from 'node:dns'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { isPublicAddress } from './allowed-address.ts'

export interface UrlCall {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Machines in the house of the box may be called. */
  readonly mayBePrivate: boolean
}

export type CallResult =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'failed'; readonly words: string }

export type CallUrl = (call: UrlCall) => Promise<CallResult>

const callMs = 10_000

export const callUrl: CallUrl = (call) => {
  const url = new URL(call.url)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (!call.mayBePrivate && isIP(host) !== 0 && !isPublicAddress(host)) return Promise.resolve(inHouse)
  const { promise, resolve } = Promise.withResolvers<CallResult>()
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
    method: call.method,
    headers: { 'user-agent': 'holdfast', ...call.headers },
    signal: AbortSignal.timeout(callMs),
    ...(call.mayBePrivate ? {} : { lookup: publicOnly }),
  })
  request.on('response', (response) => {
    resolve({ kind: 'answered', status: response.statusCode ?? 0 })
    // What it says is of no interest, and may have no end.
    response.destroy()
  })
  request.on('error', (error: NodeJS.ErrnoException) => resolve(failureOf(error)))
  request.end(call.body)
  return promise
}

const inHouse: CallResult = {
  kind: 'failed',
  words: 'It lies in the network of the box, which only an administrator may allow.',
}

const publicOnly: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, [])
    const allowed = addresses.filter(({ address }) => isPublicAddress(address))
    const [first] = allowed
    if (first === undefined) return callback(Object.assign(new Error('in the house'), { code: 'EHOLDFASTINHOUSE' }), [])
    if (options.all === true) return callback(null, allowed)
    return callback(null, first.address, first.family)
  })
}

function failureOf(error: NodeJS.ErrnoException): CallResult {
  switch (error.code) {
    case 'EHOLDFASTINHOUSE':
      return inHouse
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { kind: 'failed', words: 'No machine has this name.' }
    case 'ECONNREFUSED':
      return { kind: 'failed', words: 'Nothing answers at this port.' }
    case 'ABORT_ERR':
      return { kind: 'failed', words: 'It did not answer within ten seconds.' }
    default:
      return { kind: 'failed', words: `It could not be called (${error.code ?? error.name}).` }
  }
}
