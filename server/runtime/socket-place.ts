import { chmodSync, existsSync, lstatSync, mkdtempSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { replaceFileSync } from './replace-file.ts'

/** What a unix socket's address holds on Linux, without the closing zero; macOS holds 103. */
const maxSocketPathBytes = process.platform === 'linux' ? 107 : 103

const placeSchema = z.object({ socketPath: z.string().startsWith('/') })

/**
 * Where `<name>.sock` of a data folder is. In the folder itself where the path fits into an address; else in a private folder
 * under /run or the temporary folder, whose place is kept in `<name>.json`. The place is returned, not the socket made.
 */
export function openSocketPlace(options: {
  readonly dataFolder: string
  readonly name: string
  readonly temporaryFolders: readonly string[]
}): string {
  const near = join(options.dataFolder, `${options.name}.sock`)
  if (Buffer.byteLength(near) <= maxSocketPathBytes) return near
  const known = findSocketPlace(options)
  if (known !== undefined) return known
  const socketPath = join(makePrivateFolder(options.temporaryFolders), `${options.name}.sock`)
  replaceFileSync(placeFile(options), `${JSON.stringify({ socketPath })}\n`, { mode: 0o600 })
  return socketPath
}

/** As `openSocketPlace`, for whoever only looks: undefined when no place was made, or when it is not ours alone. */
export function findSocketPlace(options: { readonly dataFolder: string; readonly name: string }): string | undefined {
  const near = join(options.dataFolder, `${options.name}.sock`)
  if (Buffer.byteLength(near) <= maxSocketPathBytes) return near
  if (!existsSync(placeFile(options))) return undefined
  const place = placeSchema.safeParse(parseJson(readFileSync(placeFile(options), 'utf8')))
  return place.success && isPrivateFolder(dirname(place.data.socketPath)) ? place.data.socketPath : undefined
}

function placeFile(options: { readonly dataFolder: string; readonly name: string }): string {
  return join(options.dataFolder, `${options.name}.json`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function makePrivateFolder(candidates: readonly string[]): string {
  let lastError: unknown
  for (const candidate of candidates) {
    try {
      const folder = mkdtempSync(join(candidate, 'holdfast-'))
      chmodSync(folder, 0o700)
      return folder
    } catch (error) {
      lastError = error
    }
  }
  throw new Error(`no folder for a socket among ${candidates.join(', ')}`, { cause: lastError })
}

/** A folder that somebody else made, or may write to, could hold somebody else's socket. */
function isPrivateFolder(folder: string): boolean {
  try {
    const stats = lstatSync(folder)
    return stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & 0o077) === 0
  } catch {
    return false
  }
}
