import { posix, win32 } from 'node:path'

/*
 * Paths are bytes on Linux, text on Windows. Inside the agent they are absolute, without `.`, `..`, doubled or trailing slashes, so
 * that two spellings of one place are one.
 */

export const sourcesPerJobMax = 1_000
const pathMaxBytes = 32_768

/** Absolute and tidy; links are left as they are, because it is the link's place that people mean. @throws RangeError */
export function resolveSourcePath(given: Buffer, workingFolder: string, platform: NodeJS.Platform): Buffer {
  if (given.length === 0) throw new RangeError('an empty path names nothing')
  if (given.length > pathMaxBytes) throw new RangeError(`a path has at most ${pathMaxBytes} bytes`)
  if (given.includes(0)) throw new RangeError('a path cannot hold a NUL byte')
  if (platform === 'win32') return Buffer.from(win32.resolve(workingFolder, given.toString('utf8')))
  // One byte, one character: the path functions of Node know text only, and a slash is a slash in both.
  const folder = Buffer.from(workingFolder, 'utf8').toString('latin1')
  return Buffer.from(posix.resolve(folder, given.toString('latin1')), 'latin1')
}

/** As stored: absolute already. @throws RangeError */
export function parseSourcePath(path: Buffer, platform: NodeJS.Platform): Buffer {
  const text = path.toString('latin1')
  const isAbsolute = platform === 'win32' ? /^(?:[A-Za-z]:[\\/]|\\\\)/.test(text) : text.startsWith('/')
  if (!isAbsolute) throw new RangeError(`"${path.toString('utf8')}" is no absolute path`)
  if (path.length > pathMaxBytes || path.includes(0)) throw new RangeError('a path is too long or holds a NUL byte')
  return path
}

const slash = 0x2f
const backslash = 0x5c

/** Whether `path` is `folder` or lies in it. Both absolute and tidy. */
export function isWithin(folder: Buffer, path: Buffer): boolean {
  if (path.equals(folder)) return true
  if (path.length <= folder.length || !path.subarray(0, folder.length).equals(folder)) return false
  const separators = folder[0] === slash ? [slash] : [slash, backslash]
  return separators.includes(folder[folder.length - 1]!) || separators.includes(path[folder.length]!)
}
