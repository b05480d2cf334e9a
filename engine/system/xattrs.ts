// Extended attributes, access control lists among them (system.posix_acl_*). Never through a symlink.

import type { Extension } from '../format/tree-entry.ts'
import { extensionKeyMaxBytes, extensionsMax, extensionsMaxBytes, extensionValueMaxBytes } from '../model/limits.ts'
import { type Libc, libc, zeroEnded } from './libc.ts'

export const xattrKeyPrefix = 'xattr:'
const prefix = Buffer.from(xattrKeyPrefix)
/** Of the two lengths that stand in front of key and value. */
const lengthsMaxBytes = 2 + 3
/** The kernel's own limit for a list of names. */
const namesMaxBytes = 65_536
const names = Buffer.allocUnsafeSlow(namesMaxBytes)
const value = Buffer.allocUnsafeSlow(extensionValueMaxBytes)

/** Attributes as extensions (`xattr:<name>`), sorted by key; [] where there are none, or none that this system or user can read. */
export function readXattrs(path: string | Buffer): readonly Extension[] {
  const c = libc()
  if (!c) return []
  const at = zeroEnded(path)
  const length = Number(c.call.llistxattr(at, names, BigInt(namesMaxBytes)))
  if (length <= 0) return []
  const found: Extension[] = []
  let total = 0
  for (const name of split(Buffer.from(names.subarray(0, length)))) {
    const extension = readOne(c, at, name)
    if (!extension) continue
    const bytes = extension.key.length + extension.value.length + lengthsMaxBytes
    if (found.length === extensionsMax || total + bytes > extensionsMaxBytes) continue
    total += bytes
    found.push(extension)
  }
  return found.sort((a, b) => Buffer.compare(a.key, b.key))
}

/** @throws ErrnoException; `ENOTSUP` where this system has no such attributes */
export function writeXattr(at: number | string | Buffer, extension: Extension): void {
  const c = libc()
  if (!c) throw Object.assign(new Error('ENOTSUP: extended attributes cannot be set here'), { code: 'ENOTSUP' })
  const name = zeroEnded(extension.key.subarray(prefix.length))
  const size = BigInt(extension.value.length)
  const failed =
    typeof at === 'number'
      ? c.call.fsetxattr(at, name, extension.value, size, 0)
      : c.call.lsetxattr(zeroEnded(at), name, extension.value, size, 0)
  if (failed) throw c.lastError('setxattr')
}

export function isXattr(extension: Extension): boolean {
  return extension.key.length > prefix.length && extension.key.subarray(0, prefix.length).equals(prefix)
}

function readOne(c: Libc, path: Buffer, name: Buffer): Extension | undefined {
  if (prefix.length + name.length > extensionKeyMaxBytes) return undefined
  const length = Number(c.call.lgetxattr(path, zeroEnded(name), value, BigInt(value.length)))
  if (length < 0) return undefined // gone since it was listed, or not ours to read
  return { key: Buffer.concat([prefix, name]), value: Buffer.from(value.subarray(0, length)) }
}

function* split(list: Buffer): Generator<Buffer> {
  for (let at = 0; at < list.length; ) {
    const end = list.indexOf(0, at)
    if (end < 0) return
    if (end > at) yield list.subarray(at, end)
    at = end + 1
  }
}
