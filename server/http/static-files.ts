/**
 * The style sheet, fonts, drawings and scripts of the pages. They are few and small, so they are read once at start and served
 * from memory. Their address holds a digest of all of them: it changes with any of them, and what it names never does.
 * Serves nothing that was not in the folder at start; no request becomes a path of the file system.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { AppContext, AppEnvironment } from './app-environment.ts'
import { newRoutes } from './new-routes.ts'
import { Problem } from './problem.ts'

export interface StaticFiles {
  /** `/assets/<version>`: pages put a slash and a file name behind it. */
  readonly prefix: string
  readonly routes: () => OpenAPIHono<AppEnvironment>
}

interface StaticFile {
  readonly bytes: Buffer<ArrayBuffer>
  readonly mediaType: string
  readonly etag: string
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

const maxFiles = 200
const versionCharacters = 16
const keptForGood = 'public, max-age=31536000, immutable'

export async function openStaticFiles(folder: string): Promise<StaticFiles> {
  const files = await readFiles(folder)
  const version = versionOf(files)
  const prefix = `/assets/${version}`
  return { prefix, routes: () => staticRoutes(files, version) }
}

function staticRoutes(files: ReadonlyMap<string, StaticFile>, version: string): OpenAPIHono<AppEnvironment> {
  const routes = newRoutes()
  routes.get('/assets/:version/:file{.+}', (c) => serve(c, files, version))
  return routes
}

function serve(c: AppContext, files: ReadonlyMap<string, StaticFile>, version: string): Response {
  const file = files.get(c.req.param('file') ?? '')
  if (file === undefined) throw new Problem('HF-NOT-FOUND')
  const headers = {
    etag: file.etag,
    // A page that was open while the box was updated asks under the old address: it gets today's file, for now.
    'cache-control': c.req.param('version') === version ? keptForGood : 'no-cache',
  }
  if (c.req.header('if-none-match')?.includes(file.etag)) return c.body(null, 304, headers)
  return c.body(file.bytes, 200, { ...headers, 'content-type': file.mediaType, 'content-length': String(file.bytes.length) })
}

async function readFiles(folder: string): Promise<ReadonlyMap<string, StaticFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  if (paths.length === 0 || paths.length > maxFiles)
    throw new Error(`${folder} holds ${paths.length} files, 1 to ${maxFiles} are expected`)
  const files = await Promise.all(paths.sort().map((path) => readStaticFile(folder, path)))
  return new Map(files)
}

async function readStaticFile(folder: string, path: string): Promise<readonly [string, StaticFile]> {
  const mediaType = mediaTypes[extname(path)]
  if (mediaType === undefined) throw new Error(`${path}: nobody said what kind of file this is`)
  const bytes = await readFile(path)
  const name = relative(folder, path).split(sep).join('/')
  return [name, { bytes, mediaType, etag: `"${digest([bytes])}"` }]
}

function versionOf(files: ReadonlyMap<string, StaticFile>): string {
  return digest([...files].map(([name, { etag }]) => `${name} ${etag}\n`))
}

function digest(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex').slice(0, versionCharacters)
}
