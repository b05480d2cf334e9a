// Puts one file in its place: under a temporary name in its folder until it is whole, then by rename.

import { closeSync, constants, fsyncSync, openSync, unlinkSync, writeSync } from 'node:fs'
import type { FileEntry, HardlinkEntry } from '../format/tree-entry.ts'
import { type NotSet, setAttributes } from './attributes.ts'
import type { FolderPlace, Folders } from './folders.ts'
import { giveName, type Over, type OwnChange } from './give-name.ts'
import type { TemporaryNames } from './temporary-names.ts'

export interface FileToWrite {
  readonly folder: FolderPlace
  /** Here; the entry's own unless that is taken. */
  readonly name: Buffer
  readonly entry: FileEntry | HardlinkEntry
  /** What may lie under its name, up to the last moment. */
  readonly over: Over
}

export interface FinishedFile {
  readonly notSet: readonly NotSet[]
  readonly touched: OwnChange | undefined
}

const growingMode = 0o600
const growingFlags = constants.O_CREAT | constants.O_EXCL | constants.O_RDWR | (constants.O_NOFOLLOW ?? 0)

export interface GrowingFile {
  readonly fd: number
  readonly temporaryName: Buffer
}

/** @throws ErrnoException; nothing is left behind then. See `isTaken` */
export function writeFile(folders: Folders, names: TemporaryNames, file: FileToWrite, fill: (fd: number) => void): FinishedFile {
  const growing = beginFile(folders, names, file)
  try {
    fill(growing.fd)
  } catch (error) {
    abandonFile(folders, file, growing)
    throw error
  }
  return finishFile(folders, file, growing)
}

export function beginFile(folders: Folders, names: TemporaryNames, file: FileToWrite): GrowingFile {
  const temporaryName = names.next()
  const fd = openSync(folders.at(file.folder).pathOf(temporaryName), growingFlags, growingMode)
  return { fd, temporaryName }
}

/**
 * Attributes, then the name. The file is closed, and gone when it could not get its name. What takes the place of another file is on the
 * disk before: a power cut must not cost both.
 */
export function finishFile(folders: Folders, file: FileToWrite, growing: GrowingFile): FinishedFile {
  let isClosed = false
  try {
    const notSet = setAttributes(growing.fd, file.entry)
    if (file.over !== 'nothing') fsyncSync(growing.fd)
    isClosed = true
    closeSync(growing.fd)
    const folder = folders.at(file.folder)
    const touched = giveName(folder.pathOf(growing.temporaryName), folder.pathOf(file.name), file.over)
    return { notSet, touched }
  } catch (error) {
    if (!isClosed) closeSync(growing.fd)
    removeTemporary(folders, file, growing)
    throw error
  }
}

export function abandonFile(folders: Folders, file: FileToWrite, growing: GrowingFile): void {
  closeSync(growing.fd)
  removeTemporary(folders, file, growing)
}

export function writeFully(fd: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, at + done)
}

function removeTemporary(folders: Folders, file: FileToWrite, growing: GrowingFile): void {
  try {
    unlinkSync(folders.at(file.folder).pathOf(growing.temporaryName))
  } catch {
    // its folder is gone, and the file with it; what went wrong before is what counts
  }
}
