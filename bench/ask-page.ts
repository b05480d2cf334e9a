/** Asks one server for its pages over one connection that stays open, and says how long each answer took. */
import { Agent, request } from 'node:http'

export interface Answer {
  readonly status: number
  /** To the end of the answer; of a file that the server makes while it sends it, to the first byte. */
  readonly ms: number
  readonly bytes: number
  readonly isStreamed: boolean
  readonly cookie: string
}

export interface Browser {
  readonly get: (path: string) => Promise<Answer>
  /** What is on a page. */
  readonly text: (path: string) => Promise<string>
  /** Of the session, for whoever asks in another way. */
  readonly cookie: string
  readonly close: () => void
}

/** Signs in; every page is asked for as this person. */
export async function openBrowser(url: string, login: { readonly email: string; readonly password: string }): Promise<Browser> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const answer = await ask(`${url}/signin`, { agent, cookie: '', form: new URLSearchParams({ ...login }).toString() })
  if (answer.cookie === '') throw new Error(`signing in answered ${answer.status}`)
  return {
    get: (path) => ask(url + path, { agent, cookie: answer.cookie, form: undefined }),
    text: async (path) => (await fetch(url + path, { headers: { cookie: answer.cookie, accept: 'text/html' } })).text(),
    cookie: answer.cookie,
    close: () => agent.destroy(),
  }
}

interface Asking {
  readonly agent: Agent
  readonly cookie: string
  readonly form: string | undefined
}

function ask(url: string, { agent, cookie, form }: Asking): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const began = performance.now()
  const headers = {
    accept: url.includes('/api/') ? 'application/json' : 'text/html',
    cookie,
    ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(url).origin }),
  }
  const sent = request(url, { agent, headers, method: form === undefined ? 'GET' : 'POST' }, (answer) => {
    const isStreamed = (answer.headers['content-disposition'] ?? '').startsWith('attachment')
    let bytes = 0
    let firstMs = Number.NaN
    answer.on('data', (piece: Buffer) => {
      if (bytes === 0) firstMs = performance.now() - began
      bytes += piece.length
    })
    answer.on('error', reject)
    answer.on('end', () => {
      const cookies = (answer.headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ')
      const ms = isStreamed && bytes > 0 ? firstMs : performance.now() - began
      resolve({ status: answer.statusCode ?? 0, ms, bytes, isStreamed, cookie: cookies })
    })
  })
  sent.on('error', reject)
  sent.end(form)
  return promise
}
