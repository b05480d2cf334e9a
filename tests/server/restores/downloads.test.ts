import { execFile, execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { serve } from '@hono/node-server'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ChunkKey, chunkKey, FormatError, type PlaintextSource, type Version } from '../../../engine/index.ts'
import { accessOf } from '../../../server/http/access.ts'
import { errorBoundary } from '../../../server/http/error-boundary.ts'
import { newRoutes } from '../../../server/http/new-routes.ts'
import { setSecurityHeaders } from '../../../server/http/security-headers.ts'
import { admitPeople, maxDownloadsOfPerson } from '../../../server/restores/admit-people.ts'
import { createDownloads } from '../../../server/restores/downloads.ts'
import { downloadsRoutes } from '../../../server/restores/downloads-routes.ts'
import { movableClock } from '../../../server/runtime/clock.ts'
import type { Id } from '../../../server/runtime/ids.ts'
import { silentLog } from '../../../server/runtime/log.ts'
import { engineVersionReader } from '../../../server/snapshots/engine-version-reader.ts'
import { encodeVersionPath } from '../../../server/snapshots/version-path.ts'
import { createTraffic } from '../../../server/traffic/traffic.ts'
import { backUpInMemory } from '../../support/backed-up-folder.ts'
import { sampleVersion } from '../../support/computers.ts'
import { eventually } from '../../support/eventually.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { pageContext } from '../../views/page-samples.ts'

const clock = movableClock(Date.UTC(2026, 2, 24, 18))
const traffic = createTraffic({ clock })
const snapshot = sampleVersion(Date.UTC(2026, 2, 24, 18, 1))
const absent = 'snap_zzzzzzzzzzzzzzzzzzzz'
const latin = Buffer.from('caf\xe9 \\ men\xfc', 'latin1')
const newline = Buffer.from('two\nlines')
const large = randomBytes(9 * 1024 * 1024)

let home: ReturnType<typeof temporaryFolder>
let folder: string
let version: Version
let server: ReturnType<typeof serve>
let url: string
/** Chunks that cannot be read, and whether that is known before. */
const lost = { ids: new Set<ChunkKey>(), areKnown: false }
/** Reads that go on: files and walks that somebody has begun and not ended. */
let open = 0
let isMember = true
const errors: unknown[] = []

beforeAll(async () => {
  home = temporaryFolder()
  folder = join(home.path, 'files')
  makeFiles(folder)
  version = (await backUpInMemory(folder, join(home.path, 'cache'), withLost)).version
  server = serve({ fetch: app().fetch, port: 0, hostname: '127.0.0.1' })
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  home[Symbol.dispose]()
})

function withLost(source: PlaintextSource): PlaintextSource {
  return {
    readPlaintexts: async (ids) => {
      const damaged = ids.find((id) => lost.ids.has(chunkKey(id)))
      if (damaged !== undefined) throw new FormatError('record-damaged', 'a record is damaged')
      return source.readPlaintexts(ids)
    },
    findLost: async (ids) => (lost.areKnown ? ids.filter((id) => lost.ids.has(chunkKey(id))) : []),
  }
}

function makeFiles(folder: string): void {
  mkdirSync(join(folder, 'Invoices 2026', 'empty folder'), { recursive: true })
  writeFileSync(join(folder, 'Invoices 2026', '03 März 請求書.xlsx'), 'an invoice', { mode: 0o640 })
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), latin]), 'latin')
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), newline]), 'newline')
  writeFileSync(join(folder, 'empty'), '')
  writeFileSync(join(folder, 'nul.txt'), 'a device of Windows')
  writeFileSync(join(folder, 'large.bin'), large)
  writeFileSync(join(folder, 'old'), 'old')
  const longAgo = new Date(Date.UTC(1969, 11, 31))
  utimesSync(join(folder, 'old'), longAgo, longAgo)
  linkSync(join(folder, 'old'), join(folder, 'old too'))
  mkdirSync(join(folder, 'Hurt', 'below'), { recursive: true })
  writeFileSync(join(folder, 'Hurt', 'below', 'file'), 'below')
  writeFileSync(join(folder, 'Hurt', 'large.bin'), large)
  writeFileSync(join(folder, 'Hurt', 'medium.bin'), randomBytes(100_000))
  linkSync(join(folder, 'Hurt', 'medium.bin'), join(folder, 'Hurt', 'medium too'))
  writeFileSync(join(folder, 'Hurt', 'whole'), 'whole')
  symlinkSync('../elsewhere', join(folder, 'link'))
  execFileSync('mkfifo', [join(folder, 'pipe')])
  writeFileSync(join(folder, 'sparse'), 'x')
  truncateSync(join(folder, 'sparse'), 40 * 1024 * 1024)
}

/** The routes under the frame that they have in the box, with somebody signed in. */
function app() {
  const routes = newRoutes()
  const boundary = errorBoundary({ log: silentLog, pageContext: () => pageContext('/assets/v') })
  routes.onError(boundary.onError)
  routes.use(setSecurityHeaders(), async (c, next) => {
    const memberships = isMember ? [{ customerId: snapshot.customerId, role: 'viewer' as const }] : []
    const user = { userId: 'usr_a' as Id<'usr'>, email: 'a@b.c', name: 'A', staffRole: 'administrator' as const, memberships }
    const signedIn = {
      sessionId: 'ses_a' as Id<'ses'>,
      expiresAt: 0,
      isLasting: false,
      isRenewed: false,
      hasRecentProof: true,
      user,
    }
    c.set('access', accessOf({ kind: 'session', signedIn }))
    c.set('requestId', 'req_test')
    await next()
  })
  const openVersionReader = async () => engineVersionReader(watched(version))
  const log = { ...silentLog, error: (...words: unknown[]) => errors.push(words) }
  routes.route(
    '/',
    downloadsRoutes({
      snapshots: { find: async (id) => (id === snapshot.id ? snapshot : undefined) },
      openVersionReader,
      downloads: createDownloads({ log, admit: admitPeople(), traffic }),
      pageContext: () => pageContext('/assets/v'),
    }),
  )
  return routes
}

/** The same version, counting what is being read of it. */
function watched(version: Version): Version {
  const counted = async function* <T>(source: AsyncIterable<T>) {
    open += 1
    try {
      yield* source
    } finally {
      open -= 1
    }
  }
  return {
    ...version,
    readFile: (entry, range) => counted(version.readFile(entry, range)),
    walk: (path, options) => counted(version.walk(path, options)),
    readFiles: (items) => counted(version.readFiles(items)),
  }
}

const names = (...last: readonly (string | Buffer)[]) => [
  ...folder
    .slice(1)
    .split('/')
    .map((name) => Buffer.from(name)),
  ...last.map((name) => Buffer.from(name as string)),
]
const fileUrl = (...last: readonly (string | Buffer)[]) =>
  `${url}/versions/${snapshot.id}/file${encodeVersionPath(names(...last))}`
const zipUrl = (...last: readonly (string | Buffer)[]) => `${url}/versions/${snapshot.id}/zip${encodeVersionPath(names(...last))}`
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer())
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

describe('a file', () => {
  test.each([
    {
      title: 'in other scripts',
      name: ['Invoices 2026', '03 März 請求書.xlsx'],
      expect: 'an invoice',
      saved: '03 März 請求書.xlsx',
    },
    { title: 'with a name in Latin-1 and a backslash', name: [latin], expect: 'latin', saved: 'caf%E9 %5C men%FC' },
    { title: 'with a newline in its name', name: [newline], expect: 'newline', saved: 'two%0Alines' },
    { title: 'that is empty', name: ['empty'], expect: '', saved: 'empty' },
    { title: 'from before 1970, by another of its names', name: ['old too'], expect: 'old', saved: 'old too' },
  ])('$title comes back as it was', async ({ name, expect: content, saved }) => {
    const response = await fetch(fileUrl(...name))
    expect(response.status).toBe(200)
    expect((await bytesOf(response)).toString()).toBe(content)
    expect(response.headers.get('content-length')).toBe(String(content.length))
    expect(response.headers.get('content-disposition')).toContain(`filename*=UTF-8''${encodeURIComponent(saved)}`)
    expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('large, and sparse, come back byte for byte', async () => {
    expect((await bytesOf(await fetch(fileUrl('large.bin')))).equals(large)).toBe(true)
    const sparse = await bytesOf(await fetch(fileUrl('sparse')))
    expect(sha256(sparse)).toBe(sha256(readFileSync(join(folder, 'sparse'))))
  })

  test.each([
    { range: 'bytes=0-0', start: 0, end: 1 },
    { range: 'bytes=4194300-4194310', start: 4_194_300, end: 4_194_311 },
    { range: 'bytes=-5', start: large.length - 5, end: large.length },
    { range: 'bytes=9000000-', start: 9_000_000, end: large.length },
  ])('gives $range', async ({ range, start, end }) => {
    const response = await fetch(fileUrl('large.bin'), { headers: { range } })
    expect(response.status).toBe(206)
    expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/${large.length}`)
    expect((await bytesOf(response)).equals(large.subarray(start, end))).toBe(true)
  })

  test('can be taken up where it broke off, and only when it is the same', async () => {
    const etag = (await fetch(fileUrl('large.bin'), { method: 'HEAD' })).headers.get('etag')!
    const rest = await fetch(fileUrl('large.bin'), { headers: { range: 'bytes=100-', 'if-range': etag } })
    expect(rest.status).toBe(206)
    const other = await fetch(fileUrl('large.bin'), { headers: { range: 'bytes=100-', 'if-range': '"other"' } })
    expect(other.status).toBe(200)
    expect((await fetch(fileUrl('large.bin'), { headers: { range: 'bytes=99999999-' } })).status).toBe(416)
    const same = await fetch(fileUrl('large.bin'), { headers: { 'if-none-match': etag } })
    expect(same.status).toBe(304)
    // A browser puts the headers of this answer in the place of those that came with the bytes.
    expect(same.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
    await Promise.all([bytesOf(rest), bytesOf(other)])
  })

  test('goes on where its connection was cut, at whatever byte that was', async () => {
    const asked = request(fileUrl('large.bin'))
    asked.end()
    const [response] = await once(asked, 'response')
    const got: Buffer[] = []
    for await (const piece of response as AsyncIterable<Buffer>) {
      got.push(piece)
      if (got.reduce((sum, { length }) => sum + length, 0) > 1_500_000) break
    }
    asked.destroy()
    const { etag } = response.headers
    const have = Buffer.concat(got)
    const rest = await fetch(fileUrl('large.bin'), { headers: { range: `bytes=${have.length}-`, 'if-range': etag } })
    expect(rest.status).toBe(206)
    expect(Buffer.concat([have, await bytesOf(rest)]).equals(large)).toBe(true)
  })

  test('HEAD tells all and sends nothing', async () => {
    const response = await fetch(fileUrl('large.bin'), { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-length')).toBe(String(large.length))
    expect((await bytesOf(response)).length).toBe(0)
  })

  test.each(['bytes=100-199', 'bytes=99999999-'])('HEAD knows no ranges: %s', async (range) => {
    const response = await fetch(fileUrl('large.bin'), { method: 'HEAD', headers: { range } })
    expect([response.status, response.headers.get('content-length')]).toEqual([200, String(large.length)])
  })

  test.each([
    { title: 'a folder', path: () => fileUrl('Invoices 2026') },
    { title: 'a link', path: () => fileUrl('link') },
    { title: 'a pipe', path: () => fileUrl('pipe') },
    { title: 'a name that was not there', path: () => fileUrl('nothing') },
    { title: 'a way below a file', path: () => fileUrl('empty', 'x') },
    { title: 'another version', path: () => `${url}/versions/${absent}/file/a` },
    { title: 'no version at all', path: () => `${url}/versions/..%2f..%2fetc/file/passwd` },
    { title: 'a way up', path: () => `${fileUrl('Invoices 2026')}/%2e%2e%2fempty` },
  ])('$title is no file', async ({ path }) => {
    expect((await fetch(path())).status).toBe(404)
  })

  test('staff without a place in the account find nothing', async () => {
    isMember = false
    try {
      expect((await fetch(fileUrl('empty'))).status).toBe(404)
      expect((await fetch(zipUrl())).status).toBe(404)
    } finally {
      isMember = true
    }
  })
})

const runFile = promisify(execFile)

describe('a folder as an archive', () => {
  async function unzipped(response: Response): Promise<readonly Record<string, unknown>[]> {
    const path = join(home.path, 'archive.zip')
    writeFileSync(path, await bytesOf(response))
    // The server is in this process: held up for seconds, it would close a line in the moment in which the next request goes out.
    const { stdout } = await runFile('python3', [join(import.meta.dirname, '../../interop/read-zip.py'), path])
    return JSON.parse(stdout)
  }

  test('holds everything below it, links as links, under names that every system can make', async () => {
    const response = await fetch(zipUrl())
    expect(response.headers.get('content-type')).toBe('application/zip')
    expect(response.headers.get('content-disposition')).toContain(`filename="files.zip"`)
    const entries = await unzipped(response)
    expect(entries.map(({ name }) => name).toSorted()).toEqual(
      [
        'Hurt/',
        'Hurt/below/',
        'Hurt/below/file',
        'Hurt/large.bin',
        'Hurt/medium too',
        'Hurt/medium.bin',
        'Hurt/whole',
        'Invoices 2026/',
        'Invoices 2026/03 März 請求書.xlsx',
        'Invoices 2026/empty folder/',
        'caf%E9 %5C men%FC',
        'empty',
        'large.bin',
        'link',
        '%6Eul.txt',
        'old',
        'old too',
        'sparse',
        'two%0Alines',
      ].toSorted(),
    )
    const byName = Object.fromEntries(entries.map((entry) => [entry.name, entry]))
    expect(byName['large.bin']).toMatchObject({ sha256: sha256(large) })
    expect(byName.link).toMatchObject({ mode: '0o120777', sha256: sha256(Buffer.from('../elsewhere')) })
    expect(byName['Invoices 2026/03 März 請求書.xlsx']).toMatchObject({ mode: '0o100640' })
    expect(byName.old).toMatchObject({ time: [1980, 1, 1, 0, 0, 0] })
  })

  test('as tar, GNU tar makes the same of it that was backed up: names, bytes, modes, times, links, second names', async () => {
    const response = await fetch(zipUrl().replace('/zip/', '/tar/'))
    expect(response.headers.get('content-type')).toBe('application/x-tar')
    expect(response.headers.get('content-disposition')).toContain('filename="files.tar"')
    const path = join(home.path, 'archive.tar')
    writeFileSync(path, await bytesOf(response))
    const to = join(home.path, 'unpacked')
    mkdirSync(to)
    await runFile('tar', ['-xpf', path, '-C', to])
    // The pipe alone is passed over.
    const listing = async (of: string) =>
      (
        await runFile('find', ['.', '!', '-type', 'p', '-mindepth', '1', '-printf', '%P %y %m %T@ %s %l %n\\0'], { cwd: of })
      ).stdout
        .split('\0')
        .toSorted()
    expect(await listing(to)).toEqual(await listing(folder))
    await runFile('diff', ['-r', '--no-dereference', '--exclude=pipe', folder, to])
  })

  test('of the top is called by its day, and holds the way down', async () => {
    const response = await fetch(`${url}/versions/${snapshot.id}/zip`)
    expect(response.headers.get('content-disposition')).toContain('filename="Backup 2026-03-24.zip"')
    const entries = await unzipped(response)
    expect(entries.some(({ name }) => name === `${folder.slice(1)}/empty`)).toBe(true)
  })

  test('a file is no folder', async () => {
    expect((await fetch(zipUrl('empty'))).status).toBe(404)
    expect((await fetch(zipUrl('nothing'))).status).toBe(404)
  })
})

describe('what cannot be read', () => {
  afterEach(() => {
    lost.ids.clear()
    lost.areKnown = false
  })

  async function lose(name: string, which: (ids: readonly ChunkKey[]) => ChunkKey): Promise<void> {
    const entry = await version.stat(Buffer.from(join(folder, 'Hurt', name)))
    if (entry?.type === 'directory') lost.ids.add(chunkKey(entry.tree))
    if (entry?.type !== 'file' && entry?.type !== 'hardlink') return
    const { content } = entry
    if (content.kind !== 'chunks') throw new Error(`${name} has no chunks`)
    lost.ids.add(which(content.items.flatMap((item) => (item.kind === 'data' ? [chunkKey(item.id)] : []))))
  }
  const last = (ids: readonly ChunkKey[]) => ids.at(-1)!
  const hurtZip = () => zipUrl('Hurt')
  const hurtTar = () => hurtZip().replace('/zip/', '/tar/')

  async function unpacked(address: string): Promise<{ readonly names: readonly string[]; readonly notice: string }> {
    const path = join(home.path, 'lacking')
    writeFileSync(path, await bytesOf(await fetch(address)))
    const to = mkdtempSync(join(home.path, 'lacking-'))
    if (address === hurtZip()) await runFile('unzip', ['-q', path, '-d', to])
    else await runFile('tar', ['-xf', path, '-C', to])
    return {
      names: readdirSync(to).toSorted(),
      notice: readFileSync(join(to, 'NOT IN THIS ARCHIVE.txt'), 'utf8'),
    }
  }

  test('is left out of an archive, with every name of it, and named at its end', async () => {
    await lose('medium.bin', last)
    for (const address of [hurtZip(), hurtTar()]) {
      const { names, notice } = await unpacked(address)
      expect(names).toEqual(expect.arrayContaining(['below', 'large.bin', 'whole']))
      expect(names).not.toContain('medium.bin')
      expect(notice).toContain('\r\nmedium.bin\r\n')
      // As a tar has it, the second name leads to the first.
      expect(notice.includes('\r\nmedium too\r\n')).toBe(true)
    }
  })

  test('a folder whose list is lost is named, and the rest is there', async () => {
    await lose('below', last)
    const { names, notice } = await unpacked(hurtZip())
    expect(names).toEqual(expect.arrayContaining(['large.bin', 'whole']))
    expect(notice).toContain('\r\nbelow/ (its list of names is damaged')
  })

  test('a large file that has begun breaks it off; once it is known to be lost, the archive comes whole', async () => {
    await lose('large.bin', last)
    for (const address of [hurtZip(), hurtTar()]) await expect(fetch(address).then(bytesOf)).rejects.toThrow()
    expect(JSON.stringify(errors.at(-1))).toContain('req_test')
    expect(open).toBe(0)
    lost.areKnown = true
    for (const address of [hurtZip(), hurtTar()]) {
      const { names, notice } = await unpacked(address)
      expect(names).toContain('whole')
      expect(names).not.toContain('large.bin')
      expect(notice).toContain('\r\nlarge.bin\r\n')
    }
  })

  test('for who speaks HTTP/1.0 the connection is reset: an ordinary end would be that of the archive', async () => {
    await lose('large.bin', last)
    const { pathname, port } = new URL(hurtZip())
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(`GET ${pathname} HTTP/1.0\r\n\r\n`)
    socket.resume()
    await expect(once(socket, 'close')).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  test('of a single file, the first bytes: a proper answer; later ones: no end', async () => {
    await lose('large.bin', (ids) => ids[0]!)
    expect((await fetch(fileUrl('large.bin'))).status).toBe(500)
    lost.ids.clear()
    await lose('large.bin', last)
    await expect(fetch(fileUrl('large.bin')).then(bytesOf)).rejects.toThrow()
  })
})

describe('who leaves', () => {
  /** Asks, waits for the first bytes, and takes no more. */
  async function stall(path: string) {
    const asked = request(path)
    asked.end()
    const [response] = await once(asked, 'response')
    await once(response, 'readable')
    return asked
  }

  test('ends the work, and is no error', async () => {
    const before = errors.length
    const stalled = await stall(zipUrl())
    expect(open).toBeGreaterThan(0)
    stalled.destroy()
    await eventually(() => expect(open).toBe(0))
    expect(errors.length).toBe(before)
  })

  test('makes place for others', async () => {
    const stalled = await Promise.all(Array.from({ length: maxDownloadsOfPerson }, () => stall(fileUrl('large.bin'))))
    const refused = await fetch(fileUrl('large.bin'))
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('10')
    clock.advance(3000)
    expect(traffic.isBusy()).toBe(true)
    stalled[0]!.destroy()
    await eventually(async () =>
      expect((await fetch(fileUrl('large.bin'), { headers: { range: 'bytes=0-9' } })).status).toBe(206),
    )
    for (const one of stalled) one.destroy()
    await eventually(() => expect(open).toBe(0))
    await eventually(() => {
      clock.advance(3000)
      expect(traffic.isBusy()).toBe(false)
    })
  })
})
