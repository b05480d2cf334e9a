// The few calls of the C library that Node does not offer, by Node's own foreign function interface. Linux on 64 bits only; anywhere
// else, or where Node was started without ffi, `libc()` is undefined and each caller says what it does instead.

import { constants } from 'node:os'

const signatures = {
  __errno_location: { return: 'pointer', arguments: [] },
  lseek: { return: 'i64', arguments: ['i32', 'i64', 'i32'] },
  utimensat: { return: 'i32', arguments: ['i32', 'pointer', 'pointer', 'i32'] },
  futimens: { return: 'i32', arguments: ['i32', 'pointer'] },
  llistxattr: { return: 'i64', arguments: ['pointer', 'pointer', 'u64'] },
  lgetxattr: { return: 'i64', arguments: ['pointer', 'pointer', 'pointer', 'u64'] },
  lsetxattr: { return: 'i32', arguments: ['pointer', 'pointer', 'pointer', 'u64', 'i32'] },
  fsetxattr: { return: 'i32', arguments: ['i32', 'pointer', 'pointer', 'u64', 'i32'] },
  renameat2: { return: 'i32', arguments: ['i32', 'pointer', 'i32', 'pointer', 'u32'] },
  mkfifoat: { return: 'i32', arguments: ['i32', 'pointer', 'u32'] },
} as const

type Ffi = typeof import('node:ffi')
type Functions = import('node:ffi').WrappedFunctionsFromDefinitions<typeof signatures>

export interface Libc {
  readonly call: Functions
  /** The error of the call just made in this thread, as Node would throw it. */
  lastError(call: string): NodeJS.ErrnoException
}

/** For calls that take a folder's descriptor and a path: the path is taken from the current folder. */
export const atCurrentFolder = -100

let loaded: Libc | undefined
let isTried = false

export function libc(): Libc | undefined {
  if (!isTried) {
    isTried = true
    loaded = load()
  }
  return loaded
}

/** A path or name as C wants it: bytes with a zero at the end. */
export function zeroEnded(path: string | Buffer): Buffer {
  return typeof path === 'string' ? Buffer.from(`${path}\0`) : Buffer.concat([path, zero])
}

const zero = Buffer.alloc(1)

function load(): Libc | undefined {
  if (process.platform !== 'linux' || (process.arch !== 'x64' && process.arch !== 'arm64')) return undefined
  // Not an import: a Node without ffi would not start at all.
  const ffi = process.getBuiltinModule('node:ffi') as Ffi | undefined
  if (!ffi) return undefined
  try {
    const { functions } = ffi.dlopen(null, signatures)
    const errnoAt = functions.__errno_location()
    return { call: functions, lastError: (call) => systemError(ffi.getInt32(errnoAt), call) }
  } catch {
    return undefined // a C library that lacks one of them, or a Node that may not load it
  }
}

const codes = new Map(Object.entries(constants.errno).map(([code, number]) => [number as number, code]))

function systemError(errno: number, call: string): NodeJS.ErrnoException {
  const code = codes.get(errno) ?? `errno ${errno}`
  return Object.assign(new Error(`${code}: ${call}`), { code, errno: -errno, syscall: call })
}
